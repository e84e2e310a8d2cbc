"""Every write to the log: appended, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import JSONField
from django.utils import timezone

from core.bulk import Rows, rows_insert
from reasoning.chain import CONTENT, moment, origin_hash, spelled_hash, spellings
from reasoning.codec import DECISION, decision_values
from reasoning.models import Entry, EntryKind
from reasoning.records import origin_of
from reasoning.thought import Thought
from runs.models import Run
from trading.session import StepResult
from trading.types import Outcome

DECIDED: str = EntryKind.DECISION.value
ROW = ("user_id", "run_id", "prev_hash", "hash", *CONTENT)
_json = {field.attname for field in Entry._meta.concrete_fields if isinstance(field, JSONField)}
# The last fields of a record are JSON, which goes into its row as it was spelled for the hash.
PLAIN = len(CONTENT) - len(_json)
assert _json == set(CONTENT[PLAIN:]) == set(DECISION[-len(_json) :])


class Record(NamedTuple):
    """What an entry says, apart from its number and when it was written."""

    kind: str
    step: int
    simulated_at: str
    said: tuple[Any, ...]  # in the order of `DECISION`


def entries_append(run: Run, results: Sequence[StepResult], thoughts: Sequence[Thought] = ()) -> None:
    """Append thoughts, then one decision a step, in the caller's transaction, which holds the run's row lock.

    The run's end of the chain moves with them and is saved by the caller, with its progress: one update a step.
    """
    records = [thought_record(thought) for thought in thoughts]
    records += [decision_record(result) for result in results]
    if records:
        rows_insert(Rows.named(Entry, ROW, chained(run, records)))


def chained(run: Run, records: Sequence[Record]) -> list[tuple[Any, ...]]:
    """Number new records and tie them to the end of the run's log. Return them as rows."""
    head, written_at = run.log_head or origin_hash(origin_of(run)), moment(timezone.now())
    rows = []
    for seq, (kind, step, simulated_at, said) in enumerate(records, start=run.log_count + 1):
        content = (seq, kind, step, simulated_at, written_at, *said)
        spelled = spellings(content)
        before, head = head, spelled_hash(spelled, head)
        rows.append((run.user_id, run.pk, before, head, *content[:PLAIN], *spelled[PLAIN:]))
    run.log_count, run.log_head = run.log_count + len(rows), head
    return rows


def thought_record(thought: Thought) -> Record:
    outcome = Outcome.FAILED.value if thought.failure_code else ""
    said: tuple[Any, ...] = (
        outcome,
        thought.content,
        None,
        thought.failure_code,
        [],
        [],
        [],
        [],
        dict(thought.context),
    )
    return Record(thought.kind, thought.step, moment(thought.at), said)


def decision_record(result: StepResult) -> Record:
    return Record(DECIDED, result.step, moment(result.now), decision_values(result))
