"""Each formula against arithmetic done by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from trading.statistics import ratios, relative, returns, tail
from trading.statistics.curve import EquityCurve, calendar_day_returns, local_days
from trading.statistics.drawdown import drawdowns, max_drawdown
from trading.statistics.sample import as_floats

ROOT_252 = 15.874507866387544  # √252
EVEN = [0.02, 0.00, 0.04]  # mean 0.02, deviations 0, −0.02, 0.02: sample variance 0.0004
UNEVEN = [0.03, -0.01, -0.02, 0.06]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (returns.total_return([0.1, -0.1]), -0.01),
        (returns.annual_return([0.1, 0.1], 1), 0.1),
        (returns.annual_return([0.21, None], 2), 0.21),  # a missing period still took time
        (returns.annual_performance([0.01, 0.03], 2), 1.02**2 - 1),
        (returns.annual_variance(EVEN, 2), 0.0008),
        (returns.annual_volatility(EVEN), 0.02 * ROOT_252),
        (returns.downside_risk(UNEVEN, 4), 2 * math.sqrt((0.01**2 + 0.02**2) / 4)),
        (ratios.sharpe(EVEN), ROOT_252),
        (ratios.sharpe(EVEN, 1, 0.01), 0.5),
        (ratios.sharpe_lean(EVEN, 4, 0.02), (1.02**4 - 1 - 0.02) / 0.04),
        (ratios.sortino(UNEVEN, 4), 0.015 * 4 / (2 * math.sqrt(0.0005 / 4))),
        (ratios.calmar([0.1, -0.5, 1.0], 3), 0.1 / 0.5),
        (ratios.omega(UNEVEN), 3.0),
        (ratios.omega(UNEVEN, risk_free=0.02), (0.01 + 0.04) / (0.03 + 0.04)),
        # Skew 0, kurtosis 1: the variance term is 1, the ratio √3, so Φ(√3 × √3) = Φ(3).
        (ratios.probabilistic_sharpe([0.03, 0.01, 0.03, 0.01]), 0.9986501019683699),
        (ratios.probabilistic_sharpe([0.03, 0.01, 0.03, 0.01], math.sqrt(3)), 0.5),
        (tail.historical_var([n / 100 for n in range(-20, 81)]), -0.15),
        (tail.historical_cvar([n / 100 for n in range(-20, 1)]), -0.195),
        (tail.normal_var([-1, 0, 1]), -1.6448536269514722),
        (tail.normal_cvar([-1, 0, 1]), -2.0627128075074257),
        (relative.tracking_error([0.03, 0.02, 0.06], [0.01, 0.02, 0.02], 4), 0.04),
        (relative.information_ratio([0.03, 0.02, 0.06], [0.01, 0.02, 0.02], 4), 2.0),
        (relative.capture([0.02, 0.02], [0.04, 0.04], 1), 0.5),
        (relative.up_capture([0.02, 0.5, -0.01], [0.04, 0.0, -0.02], 1), 0.5),
        (relative.down_capture([0.02, 0.5, -0.01], [0.04, 0.0, -0.02], 1), 0.5),
        (max_drawdown([0.1, -0.5, 1.5]), 0.5),
        (max_drawdown([-0.4, None, -0.1]), 0.46),
    ],
)
def test_formula_gives_the_figure_worked_out_by_hand(found: float | None, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-12)


def test_alpha_and_beta_of_a_line_are_its_intercept_and_slope() -> None:
    benchmark = [0.01, -0.02, 0.005, 0.0, 0.03]
    own = [0.001 + 2 * b for b in benchmark]

    alpha, beta = relative.alpha_beta(own, benchmark)

    assert beta == pytest.approx(2)
    assert alpha == pytest.approx(1.001**252 - 1)


@pytest.mark.parametrize(
    "found",
    [
        returns.total_return([]),
        returns.total_return([None]),
        returns.annual_return([-1.5]),  # equity below zero has no growth rate
        returns.annual_volatility([0.01]),
        ratios.sharpe([]),
        ratios.sharpe([0.01]),
        ratios.sharpe([0.0, 0.0]),
        ratios.sortino([0.01]),
        ratios.calmar([0.01, 0.02]),
        ratios.omega([0.01, 0.02]),
        ratios.probabilistic_sharpe([0.01, 0.01]),
        tail.historical_var([]),
        tail.historical_cvar([]),
        tail.normal_cvar([0.01]),
        relative.alpha_beta([0.01, 0.02], [0.01, 0.01])[1],
        relative.tracking_error([0.01], [0.01]),
        max_drawdown([]),
    ],
)
def test_formula_without_what_it_needs_is_undefined(found: float | None) -> None:
    assert found is None


def test_reward_without_risk_is_infinite_in_a_formula() -> None:
    assert ratios.sharpe([0.1] * 50) == math.inf
    assert ratios.sharpe([-0.1] * 50) == -math.inf
    assert ratios.sortino([0.01, 0.02]) == math.inf


def test_benchmark_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="as many returns as the run, 2, had 1"):
        relative.tracking_error([0.01, 0.02], [0.01])


def test_every_drawdown_is_found_with_peak_trough_and_recovery() -> None:
    found = drawdowns([100, 100, 90, 80, 95, 100, 110, 99, 104])

    assert found.start.tolist() == [1, 6]
    assert found.trough.tolist() == [3, 7]
    assert found.recovery.tolist() == [5, 8]
    assert found.is_recovered.tolist() == [True, False]
    assert found.depth == pytest.approx([0.2, 0.1])


def test_days_are_those_of_the_exchange_also_across_the_change_of_clocks() -> None:
    # New York: 2024-03-08 19:59 (UTC−5), 2024-03-11 00:00 and 19:59 (UTC−4).
    times = [
        datetime(2024, 3, 9, 0, 59, tzinfo=UTC),
        datetime(2024, 3, 11, 4, 0, tzinfo=UTC),
        datetime(2024, 3, 11, 23, 59, tzinfo=UTC),
    ]
    seconds = as_floats([time.timestamp() for time in times])

    friday, monday, evening = local_days(seconds, "America/New_York").tolist()

    assert (monday - friday, evening - monday) == (3, 0)


def test_calendar_days_repeat_the_value_over_a_weekend_and_leave_out_the_first_return() -> None:
    friday, monday = datetime(2024, 3, 8, 20, tzinfo=UTC), datetime(2024, 3, 11, 20, tzinfo=UTC)
    curve = EquityCurve.of([friday, monday], [110.0, 121.0], 100.0)

    assert calendar_day_returns(curve, "America/New_York") == pytest.approx([0.0, 0.0, 0.1])
