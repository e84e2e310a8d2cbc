"""Replaying a run's recorded decisions in memory: the same step over the same bars, nothing written.

What comes out has to be what is stored, to the last digit: fills, equity, what gates and rules said, statistics.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.beside import buy_and_hold_units
from agents.deciders.base import Observation
from agents.deciders.recording import Recording, RecordingParams
from agents.door import approve_of
from agents.figures import statistics_input
from agents.prompts.diary import stored
from agents.recorded import recording_fill
from agents.timeline import Timeline, timeline_load
from broker.batch import Batch
from broker.equity import EquityCurve, to_units
from broker.models import EquitySegment, Fill, RoundTrip
from broker.rows import fill_row, round_trip_row
from broker.selectors import equity_curve, fills_of
from core.errors import UserError
from reasoning.chain import canonical
from reasoning.codec import decision_fields
from reasoning.models import Entry, EntryKind
from runs.models import Run, RunStatistics
from trading.ledger import Account
from trading.session import StepResult, start_account
from trading.settings import ExecutionSettings
from trading.statistics import compute
from trading.types import Decision
from trading.walk import walk

FILL_FIELDS = ("seq", "step", "at", "symbol", "side", "quantity", "price", "reference_price", "fee")
TOLD = ("outcome", "verdicts", "order_numbers", "notices")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a run comes to when its decisions are taken again."""

    results: list[StepResult]
    fills: list[Fill]
    curve: EquityCurve
    statistics: dict[str, Any]


def replay(run: Run) -> Replayed:
    """Take the recorded decisions of an accessed run again. Raises UserError when its bars are not what they were."""
    timeline = timeline_load(run)
    if not run.cursor:
        raise UserError("This run has taken no step, so there is nothing to replay.")
    if timeline.data_hash != run.data_hash:
        raise UserError("The stored bars are not those that this run traded on, so it can't be replayed.")
    execution = ExecutionSettings.from_json(run.snapshot["execution"])
    account = start_account(run.initial_cash, execution, timeline.start(1))
    batch = Batch(1, account.peak_equity)
    for stretch in stretches(run, timeline, account):
        batch.add(stretch)
    results = batch.eventful
    fills = fill_rows(run, results)
    curve = curve_of(run, batch, buy_and_hold_units(timeline, run.initial_cash, execution))
    statistics = compute(statistics_input(run, curve, fills, trip_rows(run, results)))
    return Replayed(list(batch.results()), fills, curve, statistics.to_json())


def stretches(run: Run, timeline: Timeline, account: Account) -> Iterator[Any]:
    """The steps that the run has taken; of one that was stopped, not the rest."""
    recording = Recording(RecordingParams(run=run.number))
    recording_fill(recording, run)
    observation = Observation(account, timeline.reader(), tuple(run.symbols))

    def decide(account: Account) -> Decision:
        return recording.decide(observation)

    is_whole = run.cursor == len(timeline)
    for stretch in walk(account, timeline.reel(), decide, approve_of(run, timeline), is_short_cut=is_whole):
        yield stretch
        if account.step >= run.cursor:
            return


def fill_rows(run: Run, results: list[StepResult]) -> list[Fill]:
    """The rows that these fills would be, as finely as the table keeps them; unsaved."""
    fills = [fill for result in results for fill in result.fills]
    ids = {fill.order_number: fill.order_number for fill in fills}
    rows = [fill_row(run, seq, fill, ids) for seq, fill in enumerate(fills, start=1)]
    for row in rows:
        row.price, row.reference_price, row.fee = (
            stored(row.price),
            stored(row.reference_price),
            stored(row.fee),
        )
    return rows


def trip_rows(run: Run, results: list[StepResult]) -> list[RoundTrip]:
    trips = [trip for result in results for trip in result.round_trips]
    rows = [round_trip_row(run, seq, trip) for seq, trip in enumerate(trips, start=1)]
    for row in rows:
        for name in ("entry_price", "exit_price", "fees", "pnl", "mae", "mfe"):
            amount = getattr(row, name)
            setattr(row, name, None if amount is None else stored(amount))
    return rows


def curve_of(run: Run, batch: Batch, benchmark: Any) -> EquityCurve:
    equity, cash, short_value = batch.columns()
    segment = EquitySegment(
        first_step=1,
        peak_before=to_units([batch.peak_before])[0],
        at=batch.at,
        equity=equity,
        cash=cash,
        short_value=short_value,
        benchmark=benchmark[: len(batch)],
    )
    return EquityCurve.join([segment], run.initial_cash)


def differences(run: Run, replayed: Replayed) -> list[str]:
    """Where the replay and the tables disagree, a sentence each; none when they agree in every byte."""
    found = []
    before = [fill_line(fill, fill.order.number) for fill in fills_of(run)]
    after = [
        fill_line(fill, fill.order_id) for fill in replayed.fills
    ]  # unsaved, so its number stands for an id
    if before != after:
        found.append(f"Fills differ: {first_difference('fill', before, after)}")
    curve = equity_curve(run)
    if not all(
        (getattr(curve, name) == getattr(replayed.curve, name)).all()
        for name in ("at", "equity", "cash", "short_value")
    ):
        found.append("The equity curve differs.")
    told = told_differently(run, replayed)
    if told:
        found.append(told)
    statistics = RunStatistics.objects.filter(run=run, as_of_step=run.cursor).first()
    if statistics is not None:
        mine = json.loads(canonical(replayed.statistics))
        names = sorted(
            name for name in {*mine, *statistics.values} if mine.get(name) != statistics.values.get(name)
        )
        if names:
            found.append(f"Statistics differ: {', '.join(names)}.")
    return found


def fill_line(fill: Fill, order_number: int) -> bytes:
    return canonical([order_number, *(str(getattr(fill, name)) for name in FILL_FIELDS)])


def first_difference(what: str, before: list[bytes], after: list[bytes]) -> str:
    for number, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one != other:
            return f"{what} {number} is {one.decode()}, replayed {other.decode()}."
    return f"there are {len(before)}, replayed {len(after)}."


def told_differently(run: Run, replayed: Replayed) -> str:
    """The first step at which gates, rules or broker said something else than the log has."""
    by_step = {result.step: result for result in replayed.results}
    entries = Entry.objects.filter(run=run, kind=EntryKind.DECISION).order_by("seq")
    for entry in entries.only("step", *TOLD):
        fields = decision_fields(by_step[entry.step])
        if any(fields[name] != getattr(entry, name) for name in TOLD):
            return f"Step {entry.step} was judged otherwise than the log has it."
    return ""
