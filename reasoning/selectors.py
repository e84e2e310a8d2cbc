"""Reads of the log. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

from django.db import connection

from reasoning.codec import decision_from_entry
from reasoning.models import Entry, EntryKind
from runs.models import Run
from trading.types import Decision, Outcome


def recorded_decisions(run: Run) -> dict[int, Decision]:
    """What the run's decider answered, by step."""
    entries = Entry.objects.filter(run=run, kind=EntryKind.DECISION)
    return {
        entry.step: decision_from_entry(
            entry.intents,
            reasoning=entry.content,
            confidence=entry.confidence,
            failure_code=entry.failure_code,
            was_asked=entry.outcome != Outcome.SKIPPED,
        )
        for entry in entries
    }


def denials_by_code(run: Run) -> dict[str, int]:
    """How often each limit denied an order of the run; an order against two limits counts for both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict->>'code', count(*) FROM reasoning_entry, jsonb_array_elements(verdicts) AS verdict "
            "WHERE run_id = %s GROUP BY 1 ORDER BY 2 DESC, 1",
            [run.pk],
        )
        return dict(cursor.fetchall())
