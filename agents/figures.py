"""What a run stored, or what-if trades came to, laid out as the pure statistics want it."""

from __future__ import annotations

from collections.abc import Sequence

from broker.equity import EquityCurve
from broker.models import Fill
from broker.selectors import Costs
from runs.models import Mode, Run
from trading.money import ZERO
from trading.statistics import ClosedTrip, StatisticsInput


def statistics_input(
    run: Run, curve: EquityCurve, costs: Costs, round_trips: Sequence[ClosedTrip]
) -> StatisticsInput:
    """What the statistics of a run are computed from."""
    minutes = (run.bars_expected or 0) // max(len(run.symbols), 1)
    return StatisticsInput(
        times=curve.times,
        equity=curve.dollars,
        initial_equity=run.initial_cash,
        benchmark_equity=curve.benchmark_dollars,
        round_trips=round_trips,
        fees_paid=costs.fees,
        slippage_paid=costs.slippage,
        traded_value=costs.traded_value,
        exposure=curve.gross_exposure,
        bars_per_session=minutes if run.mode == Mode.INTRADAY else 1,
        timeframe="minute" if run.mode == Mode.INTRADAY else "day",
    )


def costs_added(fills: Sequence[Fill]) -> Costs:
    """The costs of fills that no table holds."""
    return Costs(
        sum((fill.fee for fill in fills), ZERO),
        sum((fill.slippage for fill in fills), ZERO),
        sum((fill.price * fill.quantity for fill in fills), ZERO),
    )
