"""Cases of statistics that nobody sent, with figures by plain arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trading.oracle import Outcome, run_case
from trading.tests.test_oracle_derived import holds

ALPHA = {"returns": [0.05, -0.03, 0.09], "benchmark": [0.02, -0.02, 0.04], "periods_per_year": 1}
UPS_AND_DOWNS = {"returns": [0.02, -0.03, 0.01], "benchmark": [0.01, -0.01, 0.01]}


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        # Each window forgets the peak before it.
        ("rolling_max_drawdown", {"returns": [0.0, -0.5, 0.0, -0.1], "window": 2}, [-0.5, -0.5, -0.1]),
        ("roll_max_drawdown", {"returns": [0.1], "window": 2}, []),
        (
            "rolling_tracking_error",
            {**UPS_AND_DOWNS, "window": 2, "periods_per_year": 1},
            [(0.03**2 / 2) ** 0.5, (0.02**2 / 2) ** 0.5],
        ),
        # Where it rose 1.02 x 1.01 against 1.01 squared, where it fell -0.03 against -0.01.
        ("up_down_capture", {**UPS_AND_DOWNS, "periods_per_year": 1}, ((1.02 * 1.01) ** 0.5 - 1) / 0.01 / 3),
        ("up_down_capture", {"returns": [0.1, 0.2], "benchmark": [0.1, 0.1]}, None),
        ("cum_returns_final", {"returns": [0.1, -0.5], "starting_value": 100}, 55.0),
        # A symmetric sample of mean 0 is as likely above 0 as below.
        ("probabilistic_sharpe_ratio", {"returns": [0.01, -0.01] * 5}, 0.5),
        ("max_drawdown", {"returns": [0.1, -0.5, 0.2]}, -0.5),
        ("max_drawdown", {"returns": []}, None),
        ("cum_returns_final", {"returns": [0.1, 0.1, -0.5]}, 1.1 * 1.1 * 0.5 - 1),
        ("annual_return", {"returns": [0.01] * 12, "period": "monthly"}, 1.01**12 - 1),
        ("annual_volatility", {"returns": [0.01, -0.01] * 2, "period": "daily"}, (4e-4 / 3 * 252) ** 0.5),
        ("sharpe_ratio", {"returns": [0.0, 0.0, 0.0], "period": "daily"}, None),
        # r = 0.01 + 2 (b - 0.01) + 0.02: beta 2, and 0.02 a period beyond what the rate and the benchmark explain.
        ("alpha", {**ALPHA, "risk_free": 0.01}, 0.02),
        ("alpha", {**ALPHA, "risk_free": [0.01] * 3}, 0.02),
        ("beta", {**ALPHA, "risk_free": 0.01}, 2.0),
        ("alpha_beta", {**ALPHA, "risk_free": 0.01}, [0.02, 2.0]),
        ("roll_alpha_beta", {**ALPHA, "risk_free": 0.01, "window": 2}, [[0.02, 2.0], [0.02, 2.0]]),
        # A loss of all or more within the year has no rate per day.
        ("omega_ratio", {"returns": [0.1, -0.1], "required_return": -10.0}, None),
        ("omega_ratio", {"returns": [0.1, -0.1], "required_return": -1.0}, None),
    ],
)
def test_figures(kind: str, given: dict[str, Any], expected: Any) -> None:
    assert holds({"category": "stats", "type": kind, "input": given, "expected": expected}) == []


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("tail_ratio", {"returns": [0.1]}, "asks for tail_ratio"),
        ("rolling_tail_ratio", {"returns": [0.1], "window": 1}, "asks for rolling_tail_ratio"),
        ("annual_return", {"returns": [0.1], "period": "hourly"}, "has the period 'hourly'; known are daily"),
        ("annual_return", {"returns": [0.1], "period": [0.1]}, "has the period 'derived'"),
    ],
)
def test_figures_that_nobody_here_computes(kind: str, given: dict[str, Any], reason: str) -> None:
    case = {"id": "derived", "category": "stats", "type": kind, "input": given, "expected": 1}
    result = run_case(case, Path())
    assert (result.outcome, reason in result.reason) == (Outcome.UNSUPPORTED, True)


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("capture", {"returns": [0.1, 0.2], "benchmark": [0.1]}, "as many returns as the run, 2, had 1"),
        ("beta", {"returns": [0.1, 0.2], "benchmark": [0.1]}, "as many returns as the run, 2, had 1"),
        ("rolling_sharpe_ratio", {"returns": [0.1], "window": 0}, "window should be at least 1, was 0"),
    ],
)
def test_figures_of_what_does_not_fit_together(kind: str, given: dict[str, Any], reason: str) -> None:
    case = {"id": "derived", "category": "stats", "type": kind, "input": given, "expected": 1}
    result = run_case(case, Path())
    assert (result.outcome, reason in result.reason) == (Outcome.UNREADABLE, True)


@pytest.mark.parametrize(
    ("kind", "given", "unread"),
    [
        ("max_drawdown", {"returns": [0.0], "risk_free": 0.01}, ("input.risk_free",)),
        ("rolling_max_drawdown", {"returns": [0.0], "window": 1, "cutoff": 0.1}, ("input.cutoff",)),
        ("rolling_sharpe_ratio", {"returns": [0.1, 0.3], "window": 2, "risk_free": [0.1, 0.1]}, ()),
    ],
)
def test_what_a_figure_does_not_look_at_is_named(
    kind: str, given: dict[str, Any], unread: tuple[str, ...]
) -> None:
    case = {"id": "derived", "category": "stats", "type": kind, "input": given, "expected": 1}
    assert run_case(case, Path()).unread == unread
