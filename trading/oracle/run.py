"""Answer one outside case with the product's own code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trading.oracle import algorithms, fees, fills, portfolio
from trading.oracle.results import CaseResult, NotSupported, Outcome, check
from trading.statistics.oracle_cases import UnsupportedCase, evaluate_case


def run_case(case: Mapping[str, Any], data: Path) -> CaseResult:
    """Answer one case. `data` is the folder that the case's `data/…` paths lie in."""
    settings: dict[str, Any] = {}
    try:
        match case["category"]:
            case "fills":
                checks, settings = fills.run(case)
            case "fees":
                checks = fees.run(case)
            case "portfolio":
                checks = portfolio.run(case)
            case "algorithms":
                checks = algorithms.run(case, data)
            case "stats":
                checks = [check("value", case["expected"], evaluate_case(case, data), case["tolerance"])]
            case other:
                raise NotSupported(f"category {other}")
    except (NotSupported, UnsupportedCase) as reason:
        return _result(case, Outcome.UNSUPPORTED, reason=str(reason))
    except (KeyError, ValueError, ArithmeticError) as error:
        # One malformed case must not hide what the others say.
        return _result(case, Outcome.UNSUPPORTED, reason=f"the case could not be read: {error!r}")
    outcome = Outcome.HOLDS if all(item.holds for item in checks) else Outcome.DEVIATES
    return _result(case, outcome, checks=tuple(checks), settings=settings)


def _result(case: Mapping[str, Any], outcome: Outcome, **more: Any) -> CaseResult:
    return CaseResult(
        case["id"], case["category"], case["type"], case.get("agreement", "common"), outcome, **more
    )
