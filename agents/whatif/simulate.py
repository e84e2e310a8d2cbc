"""Taking a run's recorded decisions again, in memory, through the same walk and the same door. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from agents.beside import buy_and_hold_units
from agents.data import Unusable, check_quotes
from agents.door import door_of
from agents.figures import costs_added, statistics_input
from agents.prompts.diary import stored
from agents.recorded import Recorded
from agents.timeline import Timeline, timeline_load
from agents.whatif.terms import AS_IT_WAS, Conditions, Terms, conditions_of
from agents.whatif.witness import Witness
from broker.batch import Batch
from broker.equity import EquityCurve, Segment
from broker.models import Fill, RoundTrip
from broker.rows import fill_row, round_trip_row
from core.errors import UserError
from rules.gates import GATES
from rules.kinds.base import Need
from rules.rule_checks import needs_of
from trading.session import StepResult, start_account
from trading.statistics import compute
from trading.walk import walk


@dataclass(frozen=True)
class Simulated:
    """What the recorded decisions come to under some conditions."""

    recorded: Recorded
    conditions: Conditions
    timeline: Timeline
    batch: Batch
    witness: Witness

    @property
    def final_equity(self) -> Decimal:
        return self.batch.last_equity

    @property
    def order_count(self) -> int:
        """Orders that were approved, the exits of brackets among them."""
        return sum(
            order.decided_step == result.step for result in self.batch.eventful for order in result.orders
        )

    @cached_property
    def eventful(self) -> dict[int, StepResult]:
        """The steps in which more may have happened than a change of value, by number."""
        return {result.step: result for result in self.batch.eventful}

    def results(self) -> Iterator[StepResult]:
        """Every step, one by one."""
        return self.batch.results()

    @cached_property
    def curve(self) -> EquityCurve:
        """Its equity with buy-and-hold under the same conditions beside it."""
        run = self.recorded.run
        benchmark = buy_and_hold_units(self.timeline, run.initial_cash, self.conditions.execution)
        segment = Segment(1, *self.batch.columns(), benchmark[: len(self.batch)])
        return EquityCurve.join([segment], run.initial_cash)

    @cached_property
    def fills(self) -> list[Fill]:
        """The rows that its fills would be, as finely as the table keeps them; an order's number stands for its id."""
        fills = [fill for result in self.batch.eventful for fill in result.fills]
        ids = {fill.order_number: fill.order_number for fill in fills}
        rows = [fill_row(self.recorded.run, seq, fill, ids) for seq, fill in enumerate(fills, start=1)]
        return [as_stored(row, "price", "reference_price", "fee") for row in rows]

    @cached_property
    def round_trips(self) -> list[RoundTrip]:
        """The rows that its round trips would be."""
        trips = [trip for result in self.batch.eventful for trip in result.round_trips]
        rows = [round_trip_row(self.recorded.run, seq, trip) for seq, trip in enumerate(trips, start=1)]
        return [as_stored(row, "entry_price", "exit_price", "fees", "pnl", "mae", "mfe") for row in rows]

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """Every statistic by field name."""
        data = statistics_input(self.recorded.run, self.curve, costs_added(self.fills), self.round_trips)
        return compute(data).to_json()


def simulate(
    recorded: Recorded, terms: Terms = AS_IT_WAS, *, as_it_was: Simulated | None = None
) -> Simulated:
    """Walk through the steps that the run has taken. Raises UserError for terms that can't be.

    Under other terms the walk `as_it_was` has to be given: decisions name orders by their numbers there.
    """
    run = recorded.run
    conditions = conditions_of(run.snapshot, terms)
    timeline = timeline_for(recorded, conditions)
    gates = [gate for gate in GATES if gate.name not in conditions.gates_left_out]
    door = door_of(run, timeline, conditions.limits, gates=gates)
    witness = Witness(
        decisions=recorded.decisions,
        missing=recorded.missing,
        inner=door.approve,
        before=as_it_was.witness if as_it_was else None,
    )
    account = start_account(run.initial_cash, conditions.execution, timeline.start(1))
    reel = recorded.reel if timeline is recorded.timeline else timeline.reel()
    batch = Batch(1, account.peak_equity)
    stretches = walk(
        account, reel, witness.decide, witness.approve, watch=door.watch, is_short_cut=recorded.is_whole
    )
    for stretch in stretches:
        batch.add(stretch)
        if account.step >= run.cursor:
            break
    return Simulated(recorded, conditions, timeline, batch, witness)


def timeline_for(recorded: Recorded, conditions: Conditions) -> Timeline:
    """The run's own bars, with what else other conventions or rules need. Raises UserError where there are no quotes."""
    timeline, execution = recorded.timeline, conditions.execution
    needs = needs_of(conditions.limits.rules)
    lacks_quotes = (execution.needs_quotes or Need.QUOTES in needs) and not timeline.quotes
    if lacks_quotes or (Need.HISTORY in needs and not timeline.history):
        timeline = timeline_load(
            recorded.run, needs_quotes=execution.needs_quotes, rules=conditions.limits.rules
        )
    elif execution.needs_quotes and not timeline.fills_on_quotes:
        timeline = replace(timeline, fills_on_quotes=True)
    try:
        check_quotes(recorded.run, timeline, execution)
    except Unusable as problem:
        raise UserError(problem.message) from None
    return timeline


def as_stored(row: Any, *names: str) -> Any:
    """A row with its amounts as finely as the table keeps them."""
    for name in names:
        amount = getattr(row, name)
        setattr(row, name, None if amount is None else stored(amount))
    return row
