"""Decisions of runs that are compared, step by step: where they first part, and everywhere they disagree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.core.paginator import Paginator

from core.panels import Panel
from core.requests import UserRequest
from reasoning.models import Entry, EntryKind
from reasoning.wishes import sentence
from runs.compare.selection import Compared, Comparison
from runs.models import Run
from trading.types import Outcome

ROWS_A_PAGE = 50
LONG, SHORT = {"buy", "cover"}, {"sell", "short"}


class Acted(NamedTuple):
    """What a run's decider wanted at a step."""

    at: datetime
    wants: tuple[str, ...]  # each wish as canonical text, in its order
    words: str
    outcome: str
    ways: frozenset[tuple[str, str]]  # symbol and whether it is bought or sold


class Cell(NamedTuple):
    """One run at a step: what it wanted, "hold", or nothing where it did not get there."""

    member: Compared
    acted: Acted | None
    words: str


@dataclass(frozen=True)
class Disagreement:
    """A step at which not all runs wanted the same."""

    step: int
    at: datetime | None  # None where the runs went through other moments
    cells: list[Cell]

    @property
    def is_opposed(self) -> bool:
        """Whether one wants to buy what another wants to sell."""
        ways = frozenset().union(*(cell.acted.ways for cell in self.cells if cell.acted))
        symbols = [symbol for symbol, _ in ways]
        return len(symbols) > len(set(symbols))


@dataclass(frozen=True)
class Alignment:
    """The steps at which any run wanted anything: how many, and those at which they disagree."""

    steps: int
    disagreements: list[Disagreement]

    @property
    def agreed(self) -> int:
        return self.steps - len(self.disagreements)

    @property
    def first(self) -> Disagreement | None:
        return self.disagreements[0] if self.disagreements else None


def alignment_of(comparison: Comparison) -> Alignment:
    """One query. A step at which a decider was not asked, or had no answer, is one at which it held."""
    acted = acted_by_step(comparison.runs)
    steps = sorted({step for by_step in acted.values() for step in by_step})
    found = [step for step in steps if is_parted(comparison.runs, acted, step)]
    return Alignment(len(steps), [disagreement(comparison, acted, step) for step in found])


def acted_by_step(runs: Sequence[Run]) -> Mapping[int, dict[int, Acted]]:
    """What each run wanted, by run and step; a step without a wish is left out."""
    found: dict[int, dict[int, Acted]] = {run.pk: {} for run in runs}
    rows = Entry.objects.filter(run__in=runs, kind=EntryKind.DECISION).exclude(intents=[])
    for run_id, step, at, intents, outcome in rows.values_list(
        "run_id", "step", "simulated_at", "intents", "outcome"
    ):
        # What rules and broker closed is no decision.
        own = [intent for intent in intents if not intent.get("tag")]
        if own:
            found[run_id][step] = acted_of(at, own, outcome)
    return found


def acted_of(at: datetime, intents: list[dict[str, Any]], outcome: str) -> Acted:
    return Acted(
        at,
        tuple(json.dumps(intent, sort_keys=True) for intent in intents),
        "; ".join(map(sentence, intents)),
        outcome,
        frozenset(
            (intent["symbol"], "buy" if intent["action"] in LONG else "sell")
            for intent in intents
            if intent.get("action") in LONG | SHORT
        ),
    )


def is_parted(runs: Sequence[Run], acted: Mapping[int, dict[int, Acted]], step: int) -> bool:
    """Whether the runs that got so far want different things. One that has ended has no say."""
    wants = {found.wants if (found := acted[run.pk].get(step)) else () for run in runs if run.cursor >= step}
    return len(wants) > 1


def disagreement(comparison: Comparison, acted: Mapping[int, dict[int, Acted]], step: int) -> Disagreement:
    cells = [cell_of(member, acted[member.run.pk].get(step), step) for member in comparison.members]
    at = next(cell.acted.at for cell in cells if cell.acted) if comparison.has_one_timeline else None
    return Disagreement(step, at, cells)


def cell_of(member: Compared, acted: Acted | None, step: int) -> Cell:
    if acted is not None:
        denied = " (denied)" if acted.outcome == Outcome.DENIED else ""
        return Cell(member, acted, f"{acted.words}{denied}")
    return Cell(member, None, "hold" if member.run.cursor >= step else "had ended")


def decisions(request: UserRequest, comparison: Comparison) -> dict[str, Any]:
    alignment = alignment_of(comparison)
    page = Paginator(alignment.disagreements, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {"alignment": alignment, "page": page}


PANEL = Panel("compare", "decisions", "Decisions", 40, "reasoning/_compare_decisions.html", decisions)
