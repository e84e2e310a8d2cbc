"""A run's rows laid out as the pure statistics want them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from broker.equity import EquityCurve
from broker.models import Fill, RoundTrip
from runs.models import Mode, Run
from trading.statistics import StatisticsInput


def statistics_input(
    run: Run, curve: EquityCurve, fills: Sequence[Fill], round_trips: Sequence[RoundTrip]
) -> StatisticsInput:
    """What the statistics of a run are computed from."""
    minutes = (run.bars_expected or 0) // max(len(run.symbols), 1)
    return StatisticsInput(
        times=curve.times,
        equity=curve.dollars,
        initial_equity=run.initial_cash,
        benchmark_equity=curve.benchmark_dollars,
        round_trips=round_trips,
        fees_paid=sum((fill.fee for fill in fills), Decimal(0)),
        slippage_paid=sum((fill.slippage for fill in fills), Decimal(0)),
        traded_value=sum((fill.price * fill.quantity for fill in fills), Decimal(0)),
        exposure=curve.gross_exposure,
        bars_per_session=minutes if run.mode == Mode.INTRADAY else 1,
        timeframe="minute" if run.mode == Mode.INTRADAY else "day",
    )
