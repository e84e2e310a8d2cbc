"""What rules and gates said in a run, counted and listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from reasoning.models import Entry, EntryKind
from reasoning.wishes import Objection, objection, sentence
from runs.models import Run

COUNT = """
SELECT verdict->>'source', verdict->>'code', COALESCE(verdict->>'effect', 'denied'), count(*), count(DISTINCT step)
FROM reasoning_entry, jsonb_array_elements(verdicts) AS verdict
WHERE run_id = %s AND kind = 'decision' AND verdicts <> '[]' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class VerdictFilter:
    """Which verdicts to list; empty is all of them."""

    source: str = ""
    code: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Fields of a verdict with the values that are wanted."""
        return {name: value for name in ("source", "code") if (value := getattr(self, name))}

    def matches(self, verdict: Mapping[str, Any]) -> bool:
        return all(verdict[name] == value for name, value in self.fields.items())


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How often one rule or gate did one thing, and at how many steps."""

    source: str
    code: str
    effect: str
    times: int
    steps: int


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict, with the order that it was about; none for one on trading as a whole."""

    step: int
    at: datetime
    asked: str
    objection: Objection


def verdict_counts(run: Run) -> list[VerdictCount]:
    """Every rule and gate that had something to say in an accessed run, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [run.pk])
        return [VerdictCount(*row) for row in cursor.fetchall()]


def judged(run: Run, wanted: VerdictFilter) -> QuerySet[Entry]:
    """The decisions of an accessed run to which a rule or gate objected, in order."""
    entries = Entry.objects.filter(run=run, kind=EntryKind.DECISION).exclude(verdicts=[]).order_by("seq")
    return entries.filter(verdicts__contains=[wanted.fields]) if wanted.fields else entries


def verdict_rows(entries: Iterable[Entry], wanted: VerdictFilter) -> list[VerdictRow]:
    """The verdicts of these entries that are wanted, in their order."""
    return [
        VerdictRow(entry.step, entry.simulated_at, asked_for(entry, verdict["intent"]), objection(verdict))
        for entry in entries
        for verdict in entry.verdicts
        if wanted.matches(verdict)
    ]


def asked_for(entry: Entry, index: int | None) -> str:
    return sentence(entry.intents[index]) if index is not None and index < len(entry.intents) else ""
