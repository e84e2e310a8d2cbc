"""Round trips: how often they win, how much, how long they take and how far they go against the trader.

A win is a profit above zero, a loss one below; a trip that ends at exactly zero is neither. Money is in USD,
profit after fees, as the ledger books it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from trading.statistics.sample import Floats, Numbers, as_floats, deviation, finite, mean, quotient
from trading.statistics.section import Definition, Section

MINIMUM_TRIPS_FOR_SQN = 30
ABOUT_TRIPS = "round trips, first in first out"


class ClosedTrip(Protocol):
    """What the statistics read of a round trip."""

    @property
    def symbol(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def entry_at(self) -> datetime: ...
    @property
    def exit_at(self) -> datetime: ...
    @property
    def fees(self) -> Decimal | float: ...
    @property
    def pnl(self) -> Decimal | float: ...
    @property
    def mae(self) -> Decimal | float | None: ...
    @property
    def mfe(self) -> Decimal | float | None: ...


@dataclass(frozen=True)
class TripStatistics(Section):
    """Figures over closed round trips. Averages of nothing are None; sums and counts of nothing are 0."""

    title: ClassVar[str] = "Round trips"

    trip_count: Annotated[
        int, Definition("Round trips", "count", "closed " + ABOUT_TRIPS, "semantics, Words")
    ]
    winning_trips: Annotated[
        int, Definition("Winners", "count", "trips with profit > 0", "LEAN TradeStatistics")
    ]
    losing_trips: Annotated[
        int, Definition("Losers", "count", "trips with profit < 0", "LEAN TradeStatistics")
    ]
    win_rate: Annotated[
        float | None, Definition("Win rate", "fraction", "winners ÷ trips", "LEAN TradeStatistics")
    ]
    trip_profit: Annotated[float, Definition("Closed profit", "USD", "Σ profit", "LEAN TradeStatistics")]
    gross_profit: Annotated[
        float, Definition("Gross profit", "USD", "Σ profit of winners", "LEAN TradeStatistics")
    ]
    gross_loss: Annotated[
        float, Definition("Gross loss", "USD", "Σ profit of losers", "LEAN TradeStatistics")
    ]
    profit_factor: Annotated[
        float | None,
        Definition(
            "Profit factor", "ratio", "gross profit ÷ |gross loss|; — without a loser", "LEAN TradeStatistics"
        ),
    ]
    profit_factor_is_infinite: Annotated[
        bool,
        Definition("No loser", "flag", "there are winners and no loser: the profit factor is ∞", "tradelab"),
    ]
    expectancy: Annotated[float | None, Definition("Expectancy", "USD", "mean profit of a trip", "freqtrade")]
    expectancy_ratio: Annotated[
        float | None,
        Definition(
            "Expectancy ratio", "ratio", "(1 + average win ÷ |average loss|) × win rate − 1", "freqtrade"
        ),
    ]
    average_win: Annotated[float | None, Definition("Average win", "USD", "mean profit of winners", "LEAN")]
    average_loss: Annotated[float | None, Definition("Average loss", "USD", "mean profit of losers", "LEAN")]
    payoff_ratio: Annotated[
        float | None,
        Definition("Payoff ratio", "ratio", "average win ÷ |average loss|", "LEAN profit-loss ratio"),
    ]
    best_trip: Annotated[
        float | None, Definition("Best trip", "USD", "largest profit", "LEAN TradeStatistics")
    ]
    worst_trip: Annotated[
        float | None, Definition("Worst trip", "USD", "smallest profit", "LEAN TradeStatistics")
    ]
    trip_deviation: Annotated[
        float | None,
        Definition("Deviation", "USD", "sample standard deviation of profit", "LEAN TradeStatistics"),
    ]
    sqn: Annotated[
        float | None,
        Definition(
            "SQN", "ratio", "√n × mean ÷ sample deviation of profit, n ≥ 30", "Van Tharp, backtesting.py"
        ),
    ]
    longest_winning_streak: Annotated[
        int, Definition("Winning streak", "count", "most winners in a row", "LEAN")
    ]
    longest_losing_streak: Annotated[
        int, Definition("Losing streak", "count", "most losers in a row", "LEAN")
    ]
    closed_trip_drawdown: Annotated[
        float,
        Definition(
            "Closed-trip drawdown", "USD", "largest fall of Σ profit below its peak (start 0)", "LEAN"
        ),
    ]
    average_holding_seconds: Annotated[
        float | None, Definition("Average holding time", "seconds", "mean of exit − entry time", "LEAN")
    ]
    median_holding_seconds: Annotated[
        float | None, Definition("Median holding time", "seconds", "median of exit − entry time", "LEAN")
    ]
    average_mae: Annotated[
        float | None,
        Definition("Average MAE", "USD", "mean maximum adverse excursion (≤ 0)", "Sweeney 1997, LEAN"),
    ]
    worst_mae: Annotated[
        float | None,
        Definition("Worst MAE", "USD", "smallest of the adverse excursions (≤ 0)", "Sweeney 1997"),
    ]
    average_mfe: Annotated[
        float | None,
        Definition("Average MFE", "USD", "mean maximum favourable excursion", "Sweeney 1997, LEAN"),
    ]
    best_mfe: Annotated[
        float | None, Definition("Best MFE", "USD", "largest favourable excursion", "Sweeney 1997")
    ]
    trip_fees: Annotated[float, Definition("Fees of trips", "USD", "Σ fees of the closed trips", "LEAN")]


def trip_statistics(trips: Sequence[ClosedTrip]) -> TripStatistics:
    """Compute the figures of round trips, taken in the order in which they closed."""
    ordered = sorted(trips, key=lambda trip: trip.exit_at)
    profits = as_floats([trip.pnl for trip in ordered])
    wins, losses = profits[profits > 0], profits[profits < 0]
    holding = as_floats([(trip.exit_at - trip.entry_at).total_seconds() for trip in ordered])
    adverse = as_floats([trip.mae for trip in ordered if trip.mae is not None])
    favourable = as_floats([trip.mfe for trip in ordered if trip.mfe is not None])
    payoff = quotient(mean(wins), _size(mean(losses)))
    return TripStatistics(
        trip_count=profits.size,
        winning_trips=wins.size,
        losing_trips=losses.size,
        win_rate=_win_rate(profits),
        trip_profit=float(profits.sum()),
        gross_profit=float(wins.sum()),
        gross_loss=float(losses.sum()),
        profit_factor=finite(profit_factor(profits)),
        profit_factor_is_infinite=profit_factor(profits) == math.inf,
        expectancy=mean(profits),
        expectancy_ratio=expectancy_ratio(profits),
        average_win=mean(wins),
        average_loss=mean(losses),
        payoff_ratio=finite(payoff),
        best_trip=float(profits.max()) if profits.size else None,
        worst_trip=float(profits.min()) if profits.size else None,
        trip_deviation=deviation(profits),
        sqn=finite(sqn(profits)) if profits.size >= MINIMUM_TRIPS_FOR_SQN else None,
        longest_winning_streak=longest_streak(profits > 0),
        longest_losing_streak=longest_streak(profits < 0),
        closed_trip_drawdown=closed_trip_drawdown(profits),
        average_holding_seconds=mean(holding),
        median_holding_seconds=float(np.median(holding)) if holding.size else None,
        average_mae=mean(adverse),
        worst_mae=float(adverse.min()) if adverse.size else None,
        average_mfe=mean(favourable),
        best_mfe=float(favourable.max()) if favourable.size else None,
        trip_fees=float(as_floats([trip.fees for trip in ordered]).sum()),
    )


def profit_factor(profits: Numbers) -> float | None:
    """Return gross profit ÷ |gross loss|: infinity without a loser, None without trips that won or lost."""
    values = as_floats(profits)
    return quotient(float(values[values > 0].sum()), -float(values[values < 0].sum()))


def expectancy_ratio(profits: Numbers) -> float | None:
    """Return (1 + average win ÷ |average loss|) × win rate − 1: profit per dollar risked (freqtrade).

    None unless there are both winners and losers.
    """
    values = as_floats(profits)
    wins, losses = values[values > 0], values[values < 0]
    if not wins.size or not losses.size:
        return None
    return (1 + float(wins.mean()) / -float(losses.mean())) * wins.size / values.size - 1


def sqn(profits: Numbers) -> float | None:
    """Return √n × mean ÷ sample deviation of profit, Van Tharp's system quality number."""
    values = as_floats(profits)
    ratio = quotient(mean(values), deviation(values))
    return None if ratio is None else ratio * math.sqrt(values.size)


def longest_streak(is_hit: npt.NDArray[np.bool_]) -> int:
    """Return the length of the longest run of hits."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_hit, [False]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def closed_trip_drawdown(profits: Numbers) -> float:
    """Return the largest fall of cumulated profit below its peak, starting from 0, in money, as a loss (≤ 0)."""
    cumulated = np.concatenate(([0.0], np.cumsum(as_floats(profits))))
    return float((cumulated - np.maximum.accumulate(cumulated)).min())


def _win_rate(profits: Floats) -> float | None:
    return float((profits > 0).mean()) if profits.size else None


def _size(value: float | None) -> float | None:
    return None if value is None else abs(value)
