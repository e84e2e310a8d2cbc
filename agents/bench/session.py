"""One long session through the walk of a run: decider, gates and marks at every bar, stored or not."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from agents.beside import buy_and_hold_units
from agents.deciders import decider_make
from agents.deciders.base import Observation
from agents.setup import Desk
from agents.timeline import Timeline
from broker.batch import Batch
from market.columns import BarColumns, Timeframe
from rules.door import make_door
from rules.limits import GATE_THRESHOLDS, effective_limits
from runs.models import Run
from trading.session import start_account
from trading.settings import ExecutionSettings, FeeModel, SlippageModel

LENGTH = Timeframe.MINUTE.bar_seconds
WARM_UP = 10_000  # bars


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What to run: `columns` under `symbols` names, and the decider with its parameters."""

    columns: BarColumns
    symbols: int
    decider: str
    params: Mapping[str, Any]
    cash: Decimal
    fee_per_order: Decimal

    def warm_up(self) -> SessionRequest:
        """Its beginning, to be walked before it is measured: a worker has walked many sessions already."""
        return replace(self, columns=self.columns.rows(slice(WARM_UP)))


@dataclass(frozen=True, slots=True)
class SessionPace:
    """`seconds` is the engine's work only, or with storing everything up to the last commit; `cpu_seconds` is what this
    process worked of that, without the database's share."""

    bars: int
    seconds: float
    cpu_seconds: float
    bars_per_second: float
    orders: int
    fills: int
    denials: int
    final_equity: str
    peak_memory_mb: float
    stored: bool


class Stopwatch:
    """Adds up wall time and this process's own work; runs from its making on."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0
        self.start()

    def start(self) -> None:
        self._began, self._cpu_began = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        self.seconds += time.perf_counter() - self._began
        self.cpu_seconds += time.process_time() - self._cpu_began


def desk_make(request: SessionRequest) -> Desk:
    """A desk as a run has it, over one session without breaks; limits as of a run without a profile."""
    names = tuple(f"BENCH-{number}" for number in range(1, request.symbols + 1))
    starts = request.columns.start
    bars = dict.fromkeys(names, request.columns)
    timeline = Timeline(bars, starts, starts + LENGTH, Timeframe.MINUTE, len(starts) * len(names))
    settings = ExecutionSettings(
        slippage=SlippageModel.NONE,
        fees=FeeModel.PER_TRADE,
        fee_per_trade=request.fee_per_order,
        volume_cap=None,
        tick_size=None,
    )
    account = start_account(request.cash, settings, timeline.start(1))
    decider = decider_make(request.decider, dict(request.params))
    return Desk(
        run=Run(symbols=list(names)),  # in memory only
        timeline=timeline,
        account=account,
        decider=decider,
        door=make_door(effective_limits(snapshot()), names, next_trade_at=timeline.next_trade_at),
        observation=Observation(account, timeline.reader(), names),
        benchmark=buy_and_hold_units(timeline, request.cash, settings),
        steps_per_second=None,
        clock=time.perf_counter(),
        ask=decider.decide,
    )


def snapshot() -> dict[str, Any]:
    """All gates, and a Model that sets no limits of its own."""
    model = {
        "allowed_symbols": [],
        "allowed_order_types": ["market"],
        "allow_shorting": False,
        "margin_account": False,
        "allow_options_strategies": False,
        "max_position_size_dollars": None,
        "max_daily_loss_dollars": None,
    }
    return {"gates": GATE_THRESHOLDS, "profile": None, "model": model, "rules": []}


def session_pace(request: SessionRequest) -> SessionPace:
    """Walk the whole session in memory, as a worker does between two commits, and measure."""
    for _ in batches(desk_make(request.warm_up())):
        pass
    desk, counts = desk_make(request), Counter[str]()
    watch = Stopwatch()
    for batch in batches(desk):
        watch.stop()
        counts += counts_of(batch)
        watch.start()
    return pace_of(request, desk, watch, counts, stored=False)


def counts_of(batch: Batch) -> Counter[str]:
    """Orders, fills and denials of some steps."""
    results = batch.eventful
    return Counter(
        orders=sum(order.decided_step == result.step for result in results for order in result.orders),
        fills=sum(len(result.fills) for result in results),
        denials=sum(len(result.verdicts) for result in results),
    )


def batches(desk: Desk) -> Iterator[Batch]:
    """Steps in the portions in which a worker would commit them."""
    stretches = desk.stretches()
    while desk.has_steps_left:
        batch = Batch(desk.account.step + 1, desk.account.peak_equity)
        for stretch in stretches:
            batch.add(stretch)
            if len(batch) >= desk.steps_per_commit:
                break
        yield batch


def pace_of(
    request: SessionRequest, desk: Desk, watch: Stopwatch, counts: Mapping[str, int], *, stored: bool
) -> SessionPace:
    bars = len(request.columns.start) * request.symbols
    return SessionPace(
        bars=bars,
        seconds=round(watch.seconds, 4),
        cpu_seconds=round(watch.cpu_seconds, 4),
        bars_per_second=round(bars / watch.seconds),
        orders=counts["orders"],
        fills=counts["fills"],
        denials=counts["denials"],
        final_equity=f"{desk.account.equity().normalize():f}",
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        stored=stored,
    )
