"""Reads of the log. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet

from reasoning.codec import decision_from_entry
from reasoning.models import Entry, EntryKind
from runs.models import Run
from trading.types import Decision, Outcome


def recorded_decisions(run: Run) -> dict[int, Decision]:
    """What the run's decider answered, by step."""
    rows = Entry.objects.filter(run=run, kind=EntryKind.DECISION).values_list(
        "step", "intents", "content", "confidence", "failure_code", "outcome"
    )
    return {
        step: decision_from_entry(
            intents,
            reasoning=content,
            confidence=confidence,
            failure_code=failure_code,
            was_asked=outcome != Outcome.SKIPPED,
        )
        for step, intents, content, confidence, failure_code, outcome in rows
    }


def denials_by_code(run: Run) -> dict[str, int]:
    """How often each limit denied an order of the run; an order against two limits counts for both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict->>'code', count(*) FROM reasoning_entry, jsonb_array_elements(verdicts) AS verdict "
            "WHERE run_id = %s AND verdict->'intent' <> 'null' "
            "AND COALESCE(verdict->>'effect', 'denied') IN ('denied', 'stopped') GROUP BY 1 ORDER BY 2 DESC, 1",
            [run.pk],
        )
        return dict(cursor.fetchall())


# Decisions at which nothing was wanted, and the filter that leaves them out.
HOLDS = (Outcome.HELD.value, Outcome.SKIPPED.value)
NOT_HELD = "not-held"
ASKED = "asked"  # the decisions for which a decider was asked
EVERY_OUTCOME = "all"  # said outright, where a page would leave some out by itself
EVERY_KIND = "all"


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions to show; empty is all of them. Another kind shows those thoughts instead, EVERY_KIND all entries."""

    outcome: str = ""
    symbol: str = ""
    text: str = ""
    kind: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.outcome not in ("", EVERY_OUTCOME) or self.symbol or self.text or self.kind)


def entries_of(run: Run, wanted: DecisionFilter | None = None) -> QuerySet[Entry]:
    """A run's entries of all kinds in order. `text` is looked for in the reasoning and among the codes of denials."""
    entries = Entry.objects.filter(run=run)
    if wanted is None:
        return entries.order_by("seq")
    if wanted.outcome == NOT_HELD:
        entries = entries.exclude(outcome__in=HOLDS)
    elif wanted.outcome == ASKED:
        entries = entries.exclude(outcome=Outcome.SKIPPED)
    elif wanted.outcome not in ("", EVERY_OUTCOME):
        entries = entries.filter(outcome=wanted.outcome)
    if wanted.symbol:
        entries = entries.filter(intents__contains=[{"symbol": wanted.symbol}])
    if wanted.text:
        is_code = Q(verdicts__contains=[{"code": wanted.text.upper()}])
        entries = entries.filter(Q(content__icontains=wanted.text) | Q(failure_code=wanted.text) | is_code)
    return entries.order_by("seq")


def decisions_of(run: Run, wanted: DecisionFilter | None = None) -> QuerySet[Entry]:
    """A run's decisions in order, or the kind of entries that is wanted instead."""
    kind = (wanted.kind if wanted else "") or EntryKind.DECISION
    entries = entries_of(run, wanted)
    return entries if kind == EVERY_KIND else entries.filter(kind=kind)


def outcome_counts(run: Run) -> dict[str, int]:
    """How many decisions had each outcome; outcomes that never came are 0."""
    found = decisions_of(run).order_by().values_list("outcome").annotate(count=Count("id"))
    return dict.fromkeys((outcome.value for outcome in Outcome), 0) | dict(found)


def decision_at(run: Run, step: int) -> Entry | None:
    """The decision of a step; None for a step that the run has not taken."""
    return decisions_of(run).filter(step=step).first()


def thoughts_of(run: Run) -> QuerySet[Entry]:
    """Plans, analyses and reflections of a run in order."""
    return Entry.objects.filter(run=run).exclude(kind=EntryKind.DECISION).order_by("seq")


@dataclass(frozen=True, slots=True)
class ShadeReport:
    """Skipped bars that were asked about without trading: how many gave an answer, how many would have traded."""

    asked: int
    answered: int
    would_have_acted: int

    @property
    def share(self) -> float | None:
        return self.would_have_acted / self.answered if self.answered else None


def shade_report(run: Run) -> ShadeReport:
    shaded = Entry.objects.filter(run=run, outcome=Outcome.SKIPPED, context__has_key="shade_acted")
    counts = dict(shaded.values_list("context__shade_acted").annotate(count=Count("id")))
    acted, held = counts.get("yes", 0), counts.get("no", 0)
    return ShadeReport(sum(counts.values()), acted + held, acted)
