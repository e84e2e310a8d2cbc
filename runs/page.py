"""What the page of a run is put together from: its head, and panels that this room and those above hang into it."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from core.panels import Panel, panel_get, panels_of
from core.requests import UserRequest
from runs.live.shown import live_shown
from runs.models import Run
from runs.selectors import run_summary

# Places on the page. CHARTS and BESIDE are drawn once; FACTS (items of the line below the title), SIDE and DATA are
# refreshed with the head; TABS refresh themselves.
FACTS, CHARTS, BESIDE, SIDE, DATA, TABS = (
    "run-facts",
    "run-charts",
    "run-beside",
    "run-side",
    "run-data",
    "run",
)


def whole(request: UserRequest, run: Run) -> dict[str, Any]:
    key = request.GET.get("tab") or panels_of(TABS)[0].key
    drawn_once = {"charts": parts(request, run, CHARTS), "beside": parts(request, run, BESIDE)}
    return head(request, run) | tab(request, run, key) | drawn_once


def live(request: UserRequest, run: Run) -> dict[str, Any]:
    """The head again; its buttons only when they are others than the page says it has."""
    found = head(request, run)
    stage = found["summary"].stage
    return found | {"has_new_actions": request.GET.get("stage", stage) != stage or not run.is_active}


def head(request: UserRequest, run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "summary": run_summary(run),
        "live": live_shown(run),
        "facts": parts(request, run, FACTS),
        "side": parts(request, run, SIDE),
        "data": parts(request, run, DATA),
    }


def tab(request: UserRequest, run: Run, key: str) -> dict[str, Any]:
    """Raises Forbidden for a tab that doesn't exist."""
    chosen = panel_get(TABS, key)
    return {
        "run": run,
        "tabs": [Tab(panel, tab_query(request, panel)) for panel in panels_of(TABS)],
        "tab": chosen,
        "tab_html": chosen.render(request, run),
    }


class Tab(NamedTuple):
    panel: Panel
    query: str


def tab_query(request: UserRequest, panel: Panel) -> str:
    """The query of a tab's address: itself, and what is charted."""
    charted = {name: request.GET[name] for name in ("chart", "curve") if request.GET.get(name)}
    return urlencode({"tab": panel.key} | charted)


def parts(request: UserRequest, run: Run, place: str) -> list[dict[str, str]]:
    return [{"id": f"{place}-{panel.key}", "html": panel.render(request, run)} for panel in panels_of(place)]
