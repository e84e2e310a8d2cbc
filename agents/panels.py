"""What the rooms below can't show alone on the page of a run: decisions with their orders, and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.batches.panel import PANEL as BATCHES
from agents.forms import StartForm
from agents.schedules.panel import PANEL as SCHEDULES
from agents.selectors import decision_opened, decision_rows, statistics_now, tradable
from agents.thinking import thinking_of
from agents.whatif.panel import what_if_panel
from core import panels
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel
from reasoning.filters import decision_filter
from reasoning.models import EntryKind
from reasoning.notices import notice_rows, noticed
from reasoning.selectors import (
    ASKED,
    EVERY_KIND,
    EVERY_OUTCOME,
    HOLDS,
    NOT_HELD,
    DecisionFilter,
    decision_at,
    decisions_of,
    outcome_counts,
)
from runs import page
from runs.keyset import keyset_page
from runs.models import Run
from runs.query import number_in, query_with
from runs.statistics_rows import statistics_sections
from trading.types import Outcome

DECISIONS_A_PAGE = 50
NOTICES_A_PAGE = 100
KINDS_OFFERED = [
    ("", "decisions"),
    (EntryKind.PLAN, "plans"),
    (EntryKind.ANALYSIS, "analyses"),
    (EntryKind.REFLECTION, "reflections"),
    (EVERY_KIND, "everything"),
]
MOST_SYMBOLS_OFFERED = 200


def register() -> None:
    panels.register(Panel("model", "start", "Start a run", 10, "agents/_start.html", start))
    panels.register(BATCHES)
    panels.register(SCHEDULES)
    panels.register(Panel(page.TABS, "decisions", "Decisions", 10, "agents/_decisions.html", decisions))
    panels.register(Panel(page.TABS, "notices", "Notices", 35, "reasoning/_notices.html", notices))
    panels.register(Panel(page.TABS, "what-if", "What if", 45, "agents/what_if/_panel.html", what_if_panel))
    panels.register(Panel(page.TABS, "statistics", "Statistics", 40, "agents/_statistics.html", statistics))


def start(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    return start_context(StartForm.fresh(request.user, model), model)


def start_context(form: StartForm, model: TradingModel) -> dict[str, Any]:
    """What `agents/_start.html` shows, on the Model's page and alone."""
    symbols = list(tradable(model).values_list("symbol", "name")[:MOST_SYMBOLS_OFFERED])
    return {"form": form, "model": model, "symbols": symbols}


def decisions(request: UserRequest, run: Run) -> dict[str, Any]:
    counts = outcome_counts(run)
    wanted, step = usual(decision_filter(request), counts), number_in(request, "step")
    entry = decision_at(run, step) if step else None
    start = entry.seq if entry and (wanted.outcome == ASKED or not wanted.is_narrow) else None
    found = keyset_page(request, decisions_of(run, wanted), "seq", DECISIONS_A_PAGE, start=start)
    return {
        "wanted": wanted,
        "left_out": counts[Outcome.SKIPPED] if wanted.outcome == ASKED else 0,
        "step": step,
        "opened": decision_opened(run, entry) if entry else None,
        "thinking": thinking_of(run),
        "kinds": KINDS_OFFERED,
        "outcomes": outcome_links(request, counts, wanted.outcome),
        "page": found,
        "rows": decision_rows(run, found.rows),
        "is_followed": run.is_active and found.is_newest and step is None,
    }


def usual(wanted: DecisionFilter, counts: Mapping[str, int]) -> DecisionFilter:
    """What is wanted; where nothing is said, the decisions that somebody made, among bars at which nobody was asked."""
    skipped = counts[Outcome.SKIPPED]
    is_mixed = 0 < skipped < sum(counts.values())
    return replace(wanted, outcome=ASKED) if is_mixed and wanted == DecisionFilter() else wanted


def outcome_links(request: UserRequest, counts: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    """Every outcome with how often it came, those of many kinds first, as filters of this list."""
    total, holds, skipped = sum(counts.values()), sum(counts[name] for name in HOLDS), counts[Outcome.SKIPPED]
    links = {ASKED: total - skipped} if skipped or chosen == ASKED else {}
    links |= {EVERY_OUTCOME: total, NOT_HELD: total - holds}
    links |= {name: count for name, count in counts.items() if count or name == chosen}
    return [
        {
            "word": {NOT_HELD: "all but holds"}.get(name, name),
            "count": count,
            "is_chosen": name == (chosen or EVERY_OUTCOME),
            "url": query_with(request, tab="decisions", outcome=name, before=None, after=None, step=None),
        }
        for name, count in links.items()
    ]


def notices(request: UserRequest, run: Run) -> dict[str, Any]:
    found = keyset_page(request, noticed(run), "seq", NOTICES_A_PAGE)
    return {
        "page": found,
        "rows": notice_rows(found.rows),
        "is_followed": run.is_active and found.is_newest,
    }


def statistics(request: UserRequest, run: Run) -> dict[str, Any]:
    found = statistics_now(run)
    return {
        "as_of_step": found.as_of_step if found else None,
        "sections": statistics_sections(found.values) if found else [],
        "is_followed": run.is_active,
    }
