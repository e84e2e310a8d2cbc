"""Every write to the log: appended, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from reasoning.codec import plain, verdict_to_json, wishes_to_json
from reasoning.models import Entry, EntryKind
from runs.models import Run
from trading.session import StepResult
from trading.types import Outcome


def decisions_append(run: Run, results: Sequence[StepResult]) -> None:
    """Append one entry a step, in the caller's transaction, which holds the run's row lock."""
    first = Entry.objects.filter(run=run).count() + 1
    Entry.objects.bulk_create(entry_row(run, first + offset, result) for offset, result in enumerate(results))


def entry_row(run: Run, seq: int, result: StepResult) -> Entry:
    decision = result.decision
    return Entry(
        user_id=run.user_id,
        run=run,
        seq=seq,
        kind=EntryKind.DECISION,
        step=result.step,
        simulated_at=result.now,
        outcome=outcome_of(result),
        content=decision.reasoning,
        confidence=decision.confidence,
        failure_code=decision.failure_code,
        intents=wishes_to_json(decision),
        verdicts=[verdict_to_json(index, verdict) for index, verdict in result.verdicts],
        order_numbers=[order.number for order in result.orders if order.decided_step == result.step],
        notices=[{name: plain(value) for name, value in asdict(notice).items()} for notice in result.notices],
        context=dict(decision.context),
    )


def outcome_of(result: StepResult) -> Outcome:
    return Outcome.SKIPPED if not result.decision.was_asked else result.outcome
