"""Every write to the log: appended, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import JSONField
from django.utils import timezone

from core.bulk import Rows, rows_insert
from reasoning.chain import CONTENT, moment, origin_hash, spelled_hash, spelling
from reasoning.codec import decision_fields
from reasoning.models import Entry, EntryKind
from reasoning.records import origin_of
from reasoning.thought import Thought
from runs.models import Run
from trading.session import StepResult
from trading.types import Outcome

# What a record holds unless it says otherwise.
NOTHING: Mapping[str, Any] = {
    "outcome": "",
    "content": "",
    "confidence": None,
    "failure_code": "",
    "intents": [],
    "verdicts": [],
    "order_numbers": [],
    "notices": [],
    "context": {},
}
ROW = ("user_id", "run_id", "prev_hash", "hash", *CONTENT)
_json = {field.attname for field in Entry._meta.concrete_fields if isinstance(field, JSONField)}
IS_JSON = tuple(name in _json for name in CONTENT)


def entries_append(run: Run, results: Sequence[StepResult], thoughts: Sequence[Thought] = ()) -> None:
    """Append thoughts, then one decision a step, in the caller's transaction, which holds the run's row lock.

    The run's end of the chain moves with them and is saved by the caller, with its progress: one update a step.
    """
    records = [thought_record(thought) for thought in thoughts]
    records += [decision_record(result) for result in results]
    if records:
        rows_insert(Rows.named(Entry, ROW, chained(run, records)))


def chained(run: Run, records: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Number new records and tie them to the end of the run's log. Return them as rows."""
    head, written_at = run.log_head or origin_hash(origin_of(run)), moment(timezone.now())
    rows = []
    for seq, record in enumerate(records, start=run.log_count + 1):
        record |= {"seq": seq, "written_at": written_at}
        content = [record[name] for name in CONTENT]
        spelled = list(map(spelling, content))
        before, head = head, spelled_hash(spelled, head)
        said = [
            text if is_json else own for own, text, is_json in zip(content, spelled, IS_JSON, strict=True)
        ]
        rows.append((run.user_id, run.pk, before, head, *said))
    run.log_count, run.log_head = run.log_count + len(rows), head
    return rows


def thought_record(thought: Thought) -> dict[str, Any]:
    return {
        **NOTHING,
        "kind": thought.kind,
        "step": thought.step,
        "simulated_at": moment(thought.at),
        "outcome": Outcome.FAILED.value if thought.failure_code else "",
        "content": thought.content,
        "failure_code": thought.failure_code,
        "context": dict(thought.context),
    }


def decision_record(result: StepResult) -> dict[str, Any]:
    return {
        "kind": EntryKind.DECISION.value,
        "step": result.step,
        "simulated_at": moment(result.now),
        **decision_fields(result),
    }
