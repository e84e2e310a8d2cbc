"""The statistics of a run: one flat record, each figure with its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from trading.statistics.activity import ActivityStatistics, activity_statistics
from trading.statistics.curve import EquityCurve, PeriodicReturns, Timeframe, periods_of
from trading.statistics.drawdown import DrawdownStatistics, drawdown_statistics
from trading.statistics.ratios import RatioStatistics, ratio_statistics
from trading.statistics.relative import BenchmarkStatistics, benchmark_statistics
from trading.statistics.returns import ReturnStatistics, return_statistics
from trading.statistics.sample import EMPTY, Numbers
from trading.statistics.section import Definition, Section, definitions_of
from trading.statistics.tail import TailStatistics, tail_statistics
from trading.statistics.trips import ClosedTrip, TripStatistics, trip_statistics

SECTIONS: tuple[type[Section], ...] = (
    ReturnStatistics,
    DrawdownStatistics,
    RatioStatistics,
    TailStatistics,
    BenchmarkStatistics,
    TripStatistics,
    ActivityStatistics,
)
DEFINITIONS: dict[str, Definition] = {
    name: definition for section in SECTIONS for name, definition in definitions_of(section).items()
}


@dataclass(frozen=True)
class StatisticsInput:
    """What the statistics of a run are computed from.

    `equity`, `benchmark_equity` and `exposure` (gross, as a fraction of equity) have one value for each of `times`,
    which increase. `bars_per_session` is the number of equity points in a full session; only minute runs need it.
    """

    times: Sequence[datetime]
    equity: Numbers
    initial_equity: Decimal | float
    benchmark_equity: Numbers | None = None
    round_trips: Sequence[ClosedTrip] = ()
    fees_paid: Decimal | float = 0
    slippage_paid: Decimal | float = 0
    traded_value: Decimal | float = 0
    exposure: Numbers | None = None
    bars_per_session: int = 390
    timeframe: Timeframe = "minute"
    time_zone: str = "America/New_York"


# Dataclass fields come from the last base to the first, hence the reverse of SECTIONS.
@dataclass(frozen=True)
class Statistics(
    ActivityStatistics,
    TripStatistics,
    BenchmarkStatistics,
    TailStatistics,
    RatioStatistics,
    DrawdownStatistics,
    ReturnStatistics,
):
    """All figures of a run. None is undefined and shown as —. DEFINITIONS explains each of them."""

    title: ClassVar[str] = "Statistics"


class Measured(NamedTuple):
    """The curves of a run and its benchmark, and their returns over the same periods."""

    curve: EquityCurve
    returns: PeriodicReturns
    benchmark: EquityCurve | None
    benchmark_returns: PeriodicReturns | None


def compute(data: StatisticsInput) -> Statistics:
    """Compute the statistics of a run.

    Figures about the distribution of returns are None with fewer than 30 returns; those that compound to a year
    (CAGR, Calmar, alpha, LEAN's Sharpe) also when the returns are not daily. Raises ValueError for input that is no
    equity curve: naive or unordered times, values that are no numbers, lengths that differ.
    """
    measured = measure(data)
    curve, returns = measured.curve, measured.returns
    exposure = EMPTY if data.exposure is None else curve.beside("Exposure", data.exposure).equity
    costs = float(data.traded_value), float(data.fees_paid), float(data.slippage_paid)
    return _joined(
        return_statistics(curve, returns),
        drawdown_statistics(curve),
        ratio_statistics(curve, returns),
        tail_statistics(returns),
        benchmark_statistics(curve, returns, measured.benchmark, measured.benchmark_returns),
        trip_statistics(data.round_trips),
        activity_statistics(curve, exposure, *costs),
    )


def measure(data: StatisticsInput) -> Measured:
    """Check the curves and cut them into periods. Raises ValueError as `compute` says."""
    initial = float(data.initial_equity)
    curve = EquityCurve.of(data.times, data.equity, initial)
    periods = periods_of(curve, data.timeframe, data.bars_per_session, data.time_zone)
    returns = PeriodicReturns.of(initial, curve.equity, periods)
    if data.benchmark_equity is None:
        return Measured(curve, returns, None, None)
    benchmark = curve.beside("Benchmark equity", data.benchmark_equity)
    return Measured(curve, returns, benchmark, PeriodicReturns.of(initial, benchmark.equity, periods))


def _joined(*sections: Section) -> Statistics:
    figures: dict[str, Any] = {
        field.name: getattr(section, field.name) for section in sections for field in fields(section)
    }
    return Statistics(**figures)
