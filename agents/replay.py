"""Replaying a run's recorded decisions in memory: the same step over the same bars, nothing written.

What comes out has to be what is stored, to the last digit: fills, equity, what gates and rules said, statistics.
"""

from __future__ import annotations

import json

from agents.recorded import recorded_load
from agents.whatif.simulate import Simulated, simulate
from broker.models import Fill
from broker.selectors import equity_curve, fills_of
from reasoning.chain import canonical
from reasoning.codec import decision_fields
from reasoning.models import Entry, EntryKind
from runs.models import Run, RunStatistics

FILL_FIELDS = ("seq", "step", "at", "symbol", "side", "quantity", "price", "reference_price", "fee")
TOLD = ("outcome", "verdicts", "order_numbers", "notices")


def replay(run: Run) -> Simulated:
    """Take the recorded decisions of an accessed run again. Raises UserError when its bars are not what they were."""
    return simulate(recorded_load(run))


def differences(run: Run, replayed: Simulated) -> list[str]:
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


def told_differently(run: Run, replayed: Simulated) -> str:
    """The first step at which gates, rules or broker said something else than the log has."""
    by_step = {result.step: result for result in replayed.results()}
    entries = Entry.objects.filter(run=run, kind=EntryKind.DECISION).order_by("seq")
    for entry in entries.only("step", *TOLD):
        fields = decision_fields(by_step[entry.step])
        if any(fields[name] != getattr(entry, name) for name in TOLD):
            return f"Step {entry.step} was judged otherwise than the log has it."
    return ""
