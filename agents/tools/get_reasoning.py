"""What a run's decider thought, found by text, time, kind and outcome."""

from __future__ import annotations

from typing import Literal

from django.db.models import QuerySet
from pydantic import Field

from agents.tools.about import (
    decision_cite,
    decision_url,
    run_asked,
    run_facts,
    run_link,
    run_notes,
    run_title,
)
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.moments import Moment, between
from agents.tools.payload import Fact, Payload, Row, Unit, Value, table_of
from reasoning.models import Entry
from reasoning.selectors import DecisionFilter, entries_of, outcome_counts
from reasoning.wishes import Wish, wishes_of
from runs.models import Run

LONGEST = 600  # characters of one entry; get_decision shows the whole
Kind = Literal["plan", "analysis", "decision", "reflection"]
Outcome = Literal["ordered", "denied", "held", "failed", "skipped"]


class GetReasoning(RunArguments):
    text: str = Field(
        "", description="Words to look for in the reasoning, or the code of a denial.", max_length=100
    )
    kind: Kind | None = Field(None, description="Only entries of this kind.")
    outcome: Outcome | None = Field(None, description="Only decisions that ended so.")
    symbol: str = Field("", description="Only decisions that asked for this symbol.", max_length=32)
    time_from: Moment | None = None
    time_to: Moment | None = None
    newest_first: bool = True
    limit: int = Field(20, ge=1, le=100)


def get_reasoning(asking: Asking, wanted: GetReasoning) -> Payload:
    run = run_asked(asking, wanted)
    found = entries_matching(run, wanted)
    total = found.count()
    shown = found.order_by("-seq" if wanted.newest_first else "seq")[: wanted.limit]
    columns = [
        ("step", "Step", Unit.COUNT),
        ("at", "Simulated time", Unit.TIME),
        ("kind", "Kind", Unit.TEXT),
        ("outcome", "Outcome", Unit.TEXT),
        ("asked_for", "Asked for", Unit.TEXT),
        ("confidence", "Confidence", Unit.PERCENT),
        ("reasoning", "Reasoning", Unit.TEXT),
    ]
    counts = outcome_counts(run)
    return Payload(
        title=f"Reasoning of {run_title(run)}",
        about=run_facts(run),
        facts=[
            Fact(key="matching", label="Entries that match", value=total, unit=Unit.COUNT),
            *(
                Fact(key=name, label=f"Decisions {name}", value=count, unit=Unit.COUNT)
                for name, count in counts.items()
            ),
        ],
        tables=[table_of("Entries", columns, [entry_row(run, entry) for entry in shown], total=total)],
        links=[run_link(run)],
        notes=run_notes(run),
    )


def entries_matching(run: Run, wanted: GetReasoning) -> QuerySet[Entry]:
    narrow = DecisionFilter(outcome=wanted.outcome or "", symbol=wanted.symbol.upper(), text=wanted.text)
    found = entries_of(run, narrow).filter(between("simulated_at", run, wanted.time_from, wanted.time_to))
    return found.filter(kind=wanted.kind) if wanted.kind else found


def entry_row(run: Run, entry: Entry) -> Row:
    asked = "; ".join(map(said, wishes_of(entry)))
    values: list[Value] = [
        entry.step,
        entry.simulated_at,
        entry.kind,
        entry.outcome or entry.failure_code,
        asked,
    ]
    values += [entry.confidence, entry.content[:LONGEST]]
    return Row(values=values, url=decision_url(run, entry.step), cite=decision_cite(run, entry.step))


def said(wish: Wish) -> str:
    """ "buy 20 SPY (denied by MAX_POSITION)" """
    done: dict[str, list[str]] = {}
    for item in wish.objections:
        done.setdefault(item.done, []).append(item.code)
    words = "; ".join(f"{effect} by {', '.join(codes)}" for effect, codes in done.items())
    return f"{wish.text} ({words})" if words else wish.text


TOOL = Tool(
    "get_reasoning",
    "What the decider wrote: plans, analyses, decisions and reflections of a run, searched by words, time, kind, outcome "
    "or symbol, with what was asked for and which limits said no.",
    GetReasoning,
    get_reasoning,
)
