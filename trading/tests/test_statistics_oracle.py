"""Figures that other engines publish: every open case of category "stats"."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trading.statistics.curve import EquityCurve, calendar_day_returns
from trading.statistics.oracle_cases import Answer, UnsupportedCase, evaluate_case
from trading.statistics.ratios import sharpe_lean


def deviates(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, dict):
        return any(deviates(found.get(name), value, tolerance) for name, value in expected.items())
    if isinstance(expected, list):
        pairs = zip(found, expected, strict=False)
        return len(found) != len(expected) or any(deviates(f, e, tolerance) for f, e in pairs)
    if expected is None or isinstance(expected, str):
        return bool(found != expected)
    return not isinstance(found, float) or abs(found - expected) > tolerance


def test_every_open_case_holds(shared_oracle: Path, shared_data: Path) -> None:
    published = json.loads((shared_oracle / "stats.json").read_text())
    cases = published["cases"]

    deviations: dict[str, tuple[Answer, Any]] = {}
    for case in cases:
        found = evaluate_case(case, shared_data)
        if deviates(found, case["expected"], case["tolerance"]):
            deviations[case["id"]] = found, case["expected"]

    assert len(cases) == published["count"] > 0
    assert deviations == {}


def test_sharpe_of_lean_is_reproduced_from_its_daily_returns(shared_oracle: Path, shared_data: Path) -> None:
    cases = json.loads((shared_oracle / "algorithms.json").read_text())["cases"]
    published = {case["id"]: case for case in cases}["algo-buyhold_spy_minute"]
    ours = published["reproduced_by_us"]
    equity = 100_000 * np.cumprod([1.0, *(1 + r for r in ours["daily_returns"])])
    monday = datetime(2013, 10, 7, 20, tzinfo=UTC)
    curve = EquityCurve.of([monday + timedelta(days=n) for n in range(5)], equity, 100_000)

    sampled = calendar_day_returns(curve, "America/New_York")

    rate = credit_rate(shared_data, date(2013, 10, 11))
    assert sampled == pytest.approx(ours["daily_returns"], rel=1e-9)
    assert sharpe_lean(sampled, 252, rate) == pytest.approx(ours["sharpe"], rel=1e-9)
    assert sharpe_lean(sampled, 252, rate) == pytest.approx(published["expected"]["sharpe"], abs=5e-4)


def credit_rate(data: Path, on: date) -> float:
    """The primary credit rate in force, as a fraction."""
    with (data / "primary_credit_rate_usa.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if date.fromisoformat(row["DATE"]) <= on]
    return float(rows[-1]["PCREDIT8"]) / 100


def test_infinite_and_undefined_are_written_as_the_cases_write_them() -> None:
    assert evaluate_case(case("sharpe_ratio", returns=[0.01] * 9)) == "inf"
    assert evaluate_case(case("sortino_ratio", returns=[0.01, 0.02])) == "inf"
    assert evaluate_case(case("sharpe_ratio", returns=[0.01])) is None
    assert evaluate_case(case("omega_ratio", returns=[0.01, 0.02])) is None


def test_trade_figures_use_the_placeholders_of_lean() -> None:
    trade = {"direction": "long", "entry_minute": 0, "exit_minute": 5, "profit_loss": 3.0, "fees": 1.0}

    winner = evaluate_case(case("trade_statistics", trades=[trade]))
    nothing = evaluate_case(case("trade_statistics", trades=[]))

    assert isinstance(winner, dict)
    assert (winner["profit_factor"], winner["win_loss_ratio"], winner["sharpe_ratio"]) == (10, 10, 0)
    assert (winner["largest_profit"], winner["largest_loss"]) == (3, 0)
    assert isinstance(nothing, dict)
    assert set(nothing.values()) == {0.0}


def test_unknown_figure_is_unsupported_and_says_what_is_known() -> None:
    with pytest.raises(UnsupportedCase, match="asks for hat_size; known are alpha, alpha_beta"):
        evaluate_case(case("hat_size"))


def test_case_about_a_file_needs_the_data_folder() -> None:
    with pytest.raises(UnsupportedCase, match=r"needs daily/SPY.csv"):
        evaluate_case(case("value_at_risk", data="daily/SPY.csv", as_of="1998-01-16"))


def case(kind: str, **given: Any) -> dict[str, Any]:
    return {"id": "stat-made-here", "type": kind, "input": given}
