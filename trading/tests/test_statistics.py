"""The report of a run: basis, undefined figures, definitions, JSON, refusals."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from trading.statistics import DEFINITIONS, SECTIONS, Statistics, StatisticsInput, compute
from trading.tests.statistics_samples import START, days, minutes, trips_of, walk

UNITS = {"fraction", "ratio", "USD", "seconds", "count", "time", "text", "flag"}


def daily(equity: Sequence[float], initial: float = 100.0) -> Statistics:
    return compute(StatisticsInput(days(len(equity)), equity, initial, timeframe="day"))


def test_return_is_final_over_initial_equity() -> None:
    found = compute(StatisticsInput(minutes(3), [Decimal(100), Decimal(90), Decimal(110)], Decimal(80)))

    assert found.total_return == pytest.approx(110 / 80 - 1)
    assert found.profit == pytest.approx(30)
    assert (found.started_at, found.ended_at) == (START, START + timedelta(minutes=2))


def test_drawdown_is_dated_from_peak_over_trough_to_recovery() -> None:
    found = daily([110, 88, 99, 110, 104.5])

    assert found.max_drawdown == pytest.approx(0.2)
    times = days(5)
    assert found.max_drawdown_start_at == times[0]
    assert found.max_drawdown_trough_at == times[1]
    assert found.max_drawdown_recovered_at == times[3]
    assert found.max_drawdown_seconds == 3 * 86_400
    assert found.max_drawdown_recovery_seconds == 2 * 86_400
    assert found.drawdown_count == 2
    assert found.average_drawdown == pytest.approx((0.2 + 0.05) / 2)
    assert found.average_drawdown_seconds == pytest.approx((3 + 1) / 2 * 86_400)
    assert found.current_drawdown == pytest.approx(0.05)


def test_drawdown_that_never_recovers_has_no_recovery() -> None:
    found = daily([90, 80, 85])

    assert found.max_drawdown == pytest.approx(0.2)  # the initial equity is a peak
    assert found.max_drawdown_start_at == START
    assert found.max_drawdown_recovered_at is None
    assert found.max_drawdown_recovery_seconds is None
    assert found.max_drawdown_seconds == 2 * 86_400


def test_sharpe_follows_the_definition_of_thirty_or_more_returns() -> None:
    found = daily([100 * 1.02 ** (n // 2 + 1) for n in range(30)], 100.0)  # returns 0.02, 0, 0.02, 0, …

    # 15 × 0.02 and 15 × 0: mean 0.01, sample variance 30 × 0.0001 ÷ 29.
    assert found.return_count == 30
    assert found.sharpe == pytest.approx(0.01 / math.sqrt(0.003 / 29) * math.sqrt(252))


def test_fewer_than_thirty_returns_leave_the_distribution_undefined() -> None:
    found = daily(walk(1, 29).tolist(), 100_000)

    for name in ("cagr", "annual_volatility", "sharpe", "sharpe_lean", "sortino", "calmar", "omega"):
        assert getattr(found, name) is None, name
    assert found.probabilistic_sharpe is None
    assert found.var_95_historical is None
    assert found.total_return is not None
    assert found.max_drawdown is not None


def test_flat_equity_has_no_sharpe_and_no_drawdown() -> None:
    found = daily([100.0] * 40)

    assert found.sharpe is None
    assert found.annual_volatility == 0
    assert found.max_drawdown == 0
    assert found.drawdown_count == 0
    assert found.average_drawdown is None


def test_steady_growth_is_not_an_astronomical_sharpe() -> None:
    found = daily([100 * 1.001 ** (n + 1) for n in range(60)])

    assert found.sharpe is None
    assert found.sortino is None
    assert found.cagr == pytest.approx(1.001**252 - 1)


def test_minute_equity_is_resampled_to_days_from_thirty_days_on() -> None:
    per_day = 5
    times = [START + timedelta(days=n // per_day, minutes=n % per_day) for n in range(per_day * 30)]
    equity = walk(2, len(times))

    found = compute(StatisticsInput(times, equity, 100_000))
    closes = daily(equity[per_day - 1 :: per_day].tolist(), 100_000)

    assert (found.basis, found.periods_per_year, found.return_count) == ("daily", 252, 30)
    assert found.sharpe == closes.sharpe
    assert found.annual_volatility == closes.annual_volatility
    assert found.max_drawdown is not None
    assert closes.max_drawdown is not None
    assert found.max_drawdown > closes.max_drawdown  # over every point, not only the days' last ones


def test_minute_equity_of_fewer_days_is_stated_as_intraday() -> None:
    found = compute(StatisticsInput(minutes(100), walk(3, 100, 0.001), 100_000, bars_per_session=390))

    assert (found.basis, found.periods_per_year, found.day_count) == ("intraday", 252 * 390, 1)
    assert found.sharpe is not None
    assert (found.cagr, found.calmar, found.alpha, found.sharpe_lean) == (None, None, None, None)


def test_run_equal_to_its_benchmark_has_beta_one_and_nothing_else_to_show() -> None:
    equity = walk(4, 60)
    found = compute(
        StatisticsInput(days(60), equity, 100_000, benchmark_equity=equity, timeframe="day"),
    )

    assert found.beta == pytest.approx(1)
    assert found.alpha == pytest.approx(0)
    assert found.excess_return == 0
    assert found.tracking_error == 0
    assert found.information_ratio is None
    assert found.up_capture == pytest.approx(1)
    assert found.down_capture == pytest.approx(1)


def test_without_a_benchmark_its_figures_are_undefined() -> None:
    found = daily(walk(5, 60).tolist(), 100_000)

    assert (found.benchmark_return, found.beta, found.information_ratio) == (None, None, None)


def test_activity_and_costs() -> None:
    found = compute(
        StatisticsInput(
            minutes(4),
            [100.0, 100.0, 120.0, 80.0],
            100,
            exposure=[0.0, 0.5, 1.5, 0.0],
            traded_value=Decimal(250),
            fees_paid=Decimal("1.25"),
            slippage_paid=Decimal("0.50"),
            round_trips=trips_of(3, -1),
        )
    )

    assert (found.time_in_market, found.average_exposure, found.max_exposure) == (0.5, 0.5, 1.5)
    assert found.turnover == pytest.approx(2.5)
    assert (found.fees_paid, found.slippage_paid, found.traded_value) == (1.25, 0.5, 250)
    assert (found.trip_count, found.profit_factor) == (2, 3)


def test_run_without_a_step_has_no_figures() -> None:
    found = compute(StatisticsInput([], [], 100_000, benchmark_equity=[], exposure=[]))

    assert (found.point_count, found.total_return, found.max_drawdown, found.started_at) == (
        0,
        None,
        None,
        None,
    )


def test_lost_equity_has_a_drawdown_over_one_and_no_sharpe() -> None:
    found = daily([*walk(6, 40).tolist(), -5_000.0], 100_000)

    assert found.max_drawdown is not None
    assert found.max_drawdown > 1
    assert (found.sharpe, found.cagr) == (None, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": [datetime(2024, 1, 2), datetime(2024, 1, 3)]}, "aware"),
        ({"times": [START, START]}, "increase"),
        ({"times": [START]}, "2 values, 1 times"),
        ({"equity": [100.0, math.nan]}, "number at every point, was nan"),
        ({"equity": [100.0, math.inf]}, "number at every point, was inf"),
        ({"initial_equity": 0}, "above 0, was 0"),
        ({"benchmark_equity": [1.0]}, "Benchmark equity should have one value for each time"),
        ({"exposure": [0.1, None]}, "Exposure should be a number"),
    ],
)
def test_input_that_is_no_equity_curve_is_refused(change: dict[str, object], message: str) -> None:
    data = StatisticsInput([START, START + timedelta(minutes=1)], [100.0, 101.0], 100)

    with pytest.raises(ValueError, match=message):
        compute(replace(data, **change))  # type: ignore[arg-type]  # wrong on purpose


def test_every_figure_has_a_definition_and_every_definition_a_figure() -> None:
    assert set(DEFINITIONS) == {field.name for field in fields(Statistics)}
    assert sum(len(fields(section)) for section in SECTIONS) == len(DEFINITIONS)
    for name, definition in DEFINITIONS.items():
        assert all(definition), name
        assert definition.unit in UNITS, name
        assert (definition.unit == "time") == name.endswith("_at"), name


def test_every_source_that_is_a_number_of_the_semantics_stands_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "semantics.md").read_text(encoding="utf-8")
    for name, definition in DEFINITIONS.items():
        kind, _, place = definition.source.partition(" ")
        if kind == "semantics":
            assert f"\n{place}. " in page, name
        elif kind == "semantics,":
            assert f"\n## {place}\n" in page, name


def test_json_keeps_every_figure_exactly() -> None:
    equity = walk(7, 200)
    found = compute(
        StatisticsInput(
            days(200),
            equity,
            100_000,
            walk(8, 200),
            trips_of(1, 2, -3),
            timeframe="day",
            exposure=[0.5] * 200,
        )
    )

    text = json.dumps(found.to_json(), allow_nan=False)

    assert Statistics.from_json(json.loads(text)) == found


def test_json_with_other_fields_is_refused() -> None:
    values = daily([101.0]).to_json()
    values["luck"] = values.pop("sharpe")

    with pytest.raises(ValueError, match=r"missing \['sharpe'\], unknown \['luck'\]"):
        Statistics.from_json(values)


def test_a_figure_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="sharpe should be a finite number or None, was nan"):
        replace(daily([101.0]), sharpe=math.nan)


def test_times_keep_their_zone_in_json() -> None:
    values = daily([101.0]).to_json()

    assert values["started_at"] == "2024-01-02T21:00:00+00:00"
    assert Statistics.from_json(values).started_at == datetime(2024, 1, 2, 21, tzinfo=UTC)
