"""Figures of round trips, and their slices."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.statistics import slice_trips, trip_statistics
from trading.statistics.trips import sqn
from trading.tests.statistics_samples import START, Trip, steady, trips_of

cents = st.integers(-100_000, 100_000).map(lambda n: n / 100)


def test_trips_are_summed_up() -> None:
    found = trip_statistics(trips_of(30, -10, 0, 50, 20, -30))

    assert (found.trip_count, found.winning_trips, found.losing_trips) == (6, 3, 2)
    assert found.win_rate == pytest.approx(0.5)
    assert (found.gross_profit, found.gross_loss, found.trip_profit) == (100, -40, 60)
    assert found.profit_factor == pytest.approx(2.5)
    assert found.expectancy == pytest.approx(10)
    assert found.average_win == pytest.approx(100 / 3)
    assert found.average_loss == -20
    assert found.payoff_ratio == pytest.approx(5 / 3)
    assert found.expectancy_ratio == pytest.approx((1 + 5 / 3) * 0.5 - 1)
    assert (found.best_trip, found.worst_trip) == (50, -30)
    assert (found.longest_winning_streak, found.longest_losing_streak) == (2, 1)
    assert found.closed_trip_drawdown == -30
    # Deviations 20, −20, −10, 40, 10, −40: squares sum to 4,200, ÷ 5.
    assert found.trip_deviation == pytest.approx(math.sqrt(840))
    assert found.trip_fees == 6


def test_holding_time_and_excursions_are_averaged() -> None:
    trips = [
        Trip(1, exit_at=START + timedelta(minutes=1), mae=-4, mfe=2),
        Trip(1, exit_at=START + timedelta(minutes=2), mae=-10, mfe=6),
        Trip(1, exit_at=START + timedelta(minutes=9), mae=-1, mfe=1),
    ]

    found = trip_statistics(trips)

    assert (found.average_holding_seconds, found.median_holding_seconds) == (240, 120)
    assert (found.average_mae, found.worst_mae) == (-5, -10)
    assert (found.average_mfe, found.best_mfe) == (3, 6)


def test_streaks_follow_the_order_of_exits_not_of_the_list() -> None:
    first, second, third = trips_of(5, 5, -5)

    assert trip_statistics([first, third, second]).longest_winning_streak == 2


def test_no_trips_have_counts_of_zero_and_no_averages() -> None:
    found = trip_statistics([])

    assert (found.trip_count, found.trip_profit, found.longest_winning_streak) == (0, 0.0, 0)
    assert found.win_rate is None
    assert found.profit_factor is None
    assert not found.profit_factor_is_infinite
    assert found.average_holding_seconds is None
    assert found.best_trip is None


def test_profit_factor_without_a_loser_is_undefined_and_flagged() -> None:
    found = trip_statistics(trips_of(5, 10))

    assert found.profit_factor is None
    assert found.profit_factor_is_infinite
    assert found.payoff_ratio is None


def test_profit_factor_without_a_winner_is_zero() -> None:
    assert trip_statistics(trips_of(-5)).profit_factor == 0


def test_sqn_waits_for_thirty_trips() -> None:
    profits = [1.0, 3.0] * 15  # mean 2, sample variance 30 ÷ 29

    assert trip_statistics(trips_of(*profits[:-1])).sqn is None
    assert trip_statistics(trips_of(*profits)).sqn == pytest.approx(math.sqrt(30) * 2 / math.sqrt(30 / 29))
    assert sqn([1.0, 1.0]) == math.inf


def test_decimal_money_is_accepted() -> None:
    trip = replace(trips_of(1)[0], pnl=Decimal("1.10"), fees=Decimal("0.05"))  # type: ignore[arg-type]  # on purpose

    assert trip_statistics([trip]).trip_profit == pytest.approx(1.10)


def test_slices_cover_side_symbol_and_hour_of_entry_on_the_exchange() -> None:
    morning = datetime(2024, 7, 1, 13, 31, tzinfo=UTC)  # 09:31 in New York in summer
    trips = [
        Trip(10, "long", "SPY", morning, morning + timedelta(hours=1)),
        Trip(-4, "short", "AAPL", morning + timedelta(minutes=29), morning + timedelta(hours=2)),
        Trip(6, "long", "AAPL", morning, morning + timedelta(hours=3)),
    ]

    found = {(s.by, s.key): s.statistics.trip_profit for s in slice_trips(trips)}

    assert found == {
        ("direction", "long"): 16,
        ("direction", "short"): -4,
        ("symbol", "AAPL"): 2,
        ("symbol", "SPY"): 10,
        ("entry hour", "09:00–10:00"): 16,
        ("entry hour", "10:00–11:00"): -4,
    }


@steady
@given(st.lists(cents, min_size=1, max_size=40))
def test_the_other_side_of_every_trip_has_mirrored_figures(profits: list[float]) -> None:
    own = trip_statistics(trips_of(*profits))
    other = trip_statistics([replace(t, pnl=-t.pnl, direction="short") for t in trips_of(*profits)])

    assert other.trip_profit == pytest.approx(-own.trip_profit)
    assert (other.gross_profit, other.gross_loss) == (-own.gross_loss, -own.gross_profit)
    assert (other.winning_trips, other.losing_trips) == (own.losing_trips, own.winning_trips)
    assert (other.longest_winning_streak, other.longest_losing_streak) == (
        own.longest_losing_streak,
        own.longest_winning_streak,
    )
    assert other.trip_deviation == pytest.approx(own.trip_deviation)
    if own.profit_factor and other.profit_factor:
        assert other.profit_factor == pytest.approx(1 / own.profit_factor)


@steady
@given(st.lists(cents, max_size=40))
def test_slices_of_each_kind_add_up_to_the_whole(profits: list[float]) -> None:
    trips = [replace(t, direction="long" if t.pnl > 3 else "short") for t in trips_of(*profits)]

    for by in ("direction", "symbol", "entry hour"):
        parts = [s.statistics for s in slice_trips(trips) if s.by == by]
        assert sum(part.trip_count for part in parts) == len(profits)
        assert sum(part.trip_profit for part in parts) == pytest.approx(sum(profits), abs=1e-6)
