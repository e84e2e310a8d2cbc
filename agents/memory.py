"""What a language model remembers of its run, from the steps as they come or, after a resumption, from the stored rows.

Both give the same notes, so that a resumed run asks exactly what it would have asked undisturbed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from agents.prompts.diary import Happened, StepNote
from agents.prompts.notes import fill_notes, step_note
from broker.models import Fill, Order, RoundTrip
from reasoning.models import Entry, EntryKind
from runs.models import Run
from trading.orders import OrderStatus

NOTED = ("outcome", "content", "failure_code", "intents", "verdicts", "order_numbers", "notices", "context")


def notes_load(run: Run) -> dict[int, StepNote]:
    """Every committed step of an accessed run."""
    fills: dict[int, list[Fill]] = defaultdict(list)
    for fill in Fill.objects.filter(run=run).select_related("order").order_by("seq"):
        fills[fill.step].append(fill)
    realised: dict[int, Decimal] = defaultdict(Decimal)
    for step, pnl in RoundTrip.objects.filter(run=run).values_list("exit_step", "pnl"):
        realised[step] += pnl
    expired: dict[datetime | None, list[int]] = defaultdict(list)
    ended = Order.objects.filter(run=run, status=OrderStatus.EXPIRED).order_by("number")
    for number, closed_at in ended.values_list("number", "closed_at"):
        expired[closed_at].append(number)
    written: dict[int, dict[str, str]] = defaultdict(dict)
    for thought in Entry.objects.filter(run=run).exclude(kind=EntryKind.DECISION).order_by("seq"):
        written[thought.step][thought.kind] = thought.content
    return {
        entry.step: step_note(
            entry.step,
            {name: getattr(entry, name) for name in NOTED},
            Happened(
                fill_notes((fill.order.number, fill.side, fill) for fill in fills[entry.step]),
                tuple(expired[entry.simulated_at]),
                realised[entry.step],
            ),
            written[entry.step],
        )
        for entry in Entry.objects.filter(run=run, kind=EntryKind.DECISION).only(
            "step", "simulated_at", *NOTED
        )
    }


def first_plan(run: Run) -> str | None:
    """The plan from before the first bar, empty for one that failed; None while none was asked for."""
    plan = Entry.objects.filter(run=run, kind=EntryKind.PLAN, step=0).first()
    return plan.content if plan else None
