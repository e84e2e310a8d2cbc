"""Answer one outside case with the product's own code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trading.oracle import algorithms, fees, fills, portfolio
from trading.oracle.results import CaseResult, Check, Noted, NotSupported, Outcome, check
from trading.statistics.oracle_cases import UnsupportedCase, evaluate_case

Answered = tuple[list[Check], dict[str, Any]]


def run_case(case: Any, data: Path) -> CaseResult:
    """Answer one case. `data` is the folder that the case's `data/…` paths lie in.

    One that nobody can read says what is wrong with it, and hides nothing of what the others say.
    """
    if not isinstance(case, Mapping):
        return _result({}, Outcome.UNREADABLE, reason=f"a case should be an object, found {case!r:.80}")
    given = Noted(case["input"]) if isinstance(case.get("input"), Mapping) else None
    if given is not None:
        case = {**case, "input": given}
    try:
        checks, settings = _answer(case, data)
    except (NotSupported, UnsupportedCase) as reason:
        return _result(case, Outcome.UNSUPPORTED, reason=str(reason))
    except KeyError as missing:
        return _result(case, Outcome.UNREADABLE, reason=f"it has no {missing}")
    except OSError as error:
        return _result(
            case, Outcome.UNREADABLE, reason=f"its data {error.filename} can't be read: {error.strerror}"
        )
    except Exception as error:  # noqa: BLE001  (whatever somebody wrote into a file)
        return _result(case, Outcome.UNREADABLE, reason=f"{type(error).__name__}: {error}")
    if not checks:
        return _result(case, Outcome.UNREADABLE, reason="nothing of what it expects is known here")
    outcome = Outcome.HOLDS if all(item.holds for item in checks) else Outcome.DEVIATES
    unread = _unread(case, checks) + (given.unread() if given is not None else ())
    return _result(case, outcome, checks=tuple(checks), settings=settings, unread=unread)


def _answer(case: Mapping[str, Any], data: Path) -> Answered:
    """What the case expects beside what the product found, and the settings that its convention was mapped to."""
    match case["category"]:
        case "fills":
            return fills.run(case)
        case "fees":
            return fees.run(case), {}
        case "portfolio":
            return portfolio.run(case), {}
        case "algorithms":
            return algorithms.run(case, data), {}
        case "stats":
            found = evaluate_case(case, data)
            return [check("value", case["expected"], found, case.get("tolerance") or 0.0)], {}
        case other:
            raise NotSupported(f"category {other}")


def _unread(case: Mapping[str, Any], checks: list[Check]) -> tuple[str, ...]:
    """What the case says and nothing here has read. An algorithm tells more of its results than was asked for."""
    if case["category"] == "fills":
        return fills.unread(case)
    if case["category"] not in ("fees", "portfolio"):
        return ()
    return tuple(sorted(f"expected.{name}" for name in case["expected"].keys() - {c.what for c in checks}))


def _result(case: Mapping[str, Any], outcome: Outcome, **more: Any) -> CaseResult:
    name, category, kind = (str(case.get(field, "?")) for field in ("id", "category", "type"))
    return CaseResult(name, category, kind, str(case.get("agreement", "common")), outcome, **more)
