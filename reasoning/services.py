"""Every write to the log: appended, never changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from core.bulk import rows_insert
from reasoning.chain import origin_hash, record_hash
from reasoning.codec import decision_fields
from reasoning.models import Entry, EntryKind
from reasoning.records import origin_of, record_of
from reasoning.thought import Thought
from runs.models import Run
from trading.session import StepResult
from trading.types import Outcome


def entries_append(run: Run, results: Sequence[StepResult], thoughts: Sequence[Thought] = ()) -> None:
    """Append thoughts, then one decision a step, in the caller's transaction, which holds the run's row lock.

    The run's end of the chain moves with them and is saved by the caller, with its progress: one update a step.
    """
    rows = [thought_row(run, thought) for thought in thoughts]
    rows += [decision_row(run, result) for result in results]
    if not rows:
        return
    chain_on(run, rows)
    rows_insert(rows)


def chain_on(run: Run, rows: Sequence[Entry]) -> None:
    """Number new rows and tie them to the end of the run's log."""
    head = run.log_head or origin_hash(origin_of(run))
    now = timezone.now()
    for seq, row in enumerate(rows, start=run.log_count + 1):
        row.seq, row.written_at, row.prev_hash = seq, now, head
        row.hash = head = record_hash(record_of(row), head)
    run.log_count, run.log_head = run.log_count + len(rows), head


def thought_row(run: Run, thought: Thought) -> Entry:
    return Entry(
        user_id=run.user_id,
        run=run,
        kind=thought.kind,
        step=thought.step,
        simulated_at=thought.at,
        outcome=Outcome.FAILED.value if thought.failure_code else "",
        content=thought.content,
        failure_code=thought.failure_code,
        context=dict(thought.context),
    )


def decision_row(run: Run, result: StepResult) -> Entry:
    return Entry(
        user_id=run.user_id,
        run=run,
        kind=EntryKind.DECISION.value,
        step=result.step,
        simulated_at=result.now,
        **decision_fields(result),
    )
