"""The end of a run: its statistics from the stored rows, then its final state."""

from __future__ import annotations

from decimal import Decimal

from broker.models import EquityPoint, Fill, RoundTrip
from runs.models import Mode, Run, RunState
from runs.services import run_finish, statistics_record
from trading.statistics import Statistics, StatisticsInput, compute


def run_complete(run: Run, state: RunState) -> None:
    """Compute and store the statistics of a locked run and end it, in the caller's transaction."""
    statistics_refresh(run)
    run_finish(run, state)


def statistics_refresh(run: Run) -> Statistics | None:
    """Store statistics as of the last processed step; None for a run that has no step yet."""
    points = list(EquityPoint.objects.filter(run=run).order_by("step"))
    if not points:
        return None
    fills = list(Fill.objects.filter(run=run))
    statistics = compute(statistics_input(run, points, fills))
    fees = sum((fill.fee for fill in fills), Decimal(0))
    statistics_record(run, statistics, final_equity=points[-1].equity, fees_paid=fees)
    return statistics


def statistics_input(run: Run, points: list[EquityPoint], fills: list[Fill]) -> StatisticsInput:
    """Lay a run's rows out as the pure statistics want them."""
    minutes = (run.bars_expected or 0) // max(len(run.symbols), 1)
    return StatisticsInput(
        times=[point.at for point in points],
        equity=[point.equity for point in points],
        initial_equity=run.initial_cash,
        benchmark_equity=benchmark_of(points),
        round_trips=list(RoundTrip.objects.filter(run=run).order_by("seq")),
        fees_paid=sum((fill.fee for fill in fills), Decimal(0)),
        slippage_paid=sum((fill.slippage for fill in fills), Decimal(0)),
        traded_value=sum((fill.price * fill.quantity for fill in fills), Decimal(0)),
        exposure=[gross_exposure(point) for point in points],
        bars_per_session=minutes if run.mode == Mode.INTRADAY else 1,
        timeframe="minute" if run.mode == Mode.INTRADAY else "day",
    )


def benchmark_of(points: list[EquityPoint]) -> list[Decimal] | None:
    values = [point.benchmark_equity for point in points]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def gross_exposure(point: EquityPoint) -> Decimal:
    """Long and short value as a fraction of equity; nothing for an account that is worth nothing."""
    return (point.long_value + point.short_value) / point.equity if point.equity > 0 else Decimal(0)
