"""Entries of the log, made in bulk, for tests of this room and of those above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reasoning.models import Entry, EntryKind
from runs.models import Run
from runs.tests.factories import step_end
from trading.types import Outcome

POSITION_SIZE = {
    "intent": 0,
    "code": "POSITION_SIZE",
    "message": "TEST would be 62 % of equity; the gate allows 50 %.",
    "source": "gate",
    "limit": "50",
    "attempted": "62",
    "unit": "%",
    "symbol": "TEST",
}
WANTED = {"action": "buy", "symbol": "TEST", "quantity": 10}


def entry_of(run: Run, step: int, outcome: Outcome = Outcome.HELD, **fields: Any) -> Entry:
    """The decision of a step; an ordered or denied one asked for 10 shares."""
    asked = outcome in (Outcome.ORDERED, Outcome.DENIED)
    values: dict[str, Any] = {
        "content": f"Step {step}: the range is unbroken.",
        "intents": [WANTED] if asked else [],
        "verdicts": [POSITION_SIZE] if outcome == Outcome.DENIED else [],
        "failure_code": "timeout" if outcome == Outcome.FAILED else "",
    }
    return Entry(
        user_id=run.user_id,
        run=run,
        seq=step,
        kind=EntryKind.DECISION,
        step=step,
        simulated_at=step_end(step),
        outcome=outcome,
        **values | fields,
    )


def entries_make(run: Run, steps: int, outcomes: Mapping[int, Outcome], orders: Mapping[int, int]) -> None:
    """A decision for every step: `outcomes` where it was not held, `orders` numbers the order that came of a step."""
    Entry.objects.bulk_create(
        entry_of(
            run,
            step,
            outcomes.get(step, Outcome.HELD),
            order_numbers=[orders[step]] if step in orders else [],
        )
        for step in range(1, steps + 1)
    )
