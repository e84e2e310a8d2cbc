"""What this room shows on the page of a run, and on the page of a Model, which belongs to the room below."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core import panels
from core.exports import exports_all
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel
from profiles.selectors import profile_get
from rules.account_rows import account_rows
from rules.limit_rows import limit_rows
from rules.limits import effective_limits
from runs import page
from runs.exports.writers import WRITERS
from runs.keyset import keyset_page
from runs.models import Mode, Run, RunEvent
from runs.selectors import HEAVY, run_summaries, runs_of_model
from runs.snapshot import snapshot_take
from runs.snapshot_rows import snapshot_sections

EVENTS_A_PAGE = 100
RUNS_OF_MODEL = 20


def register() -> None:
    panels.register(Panel("model", "runs", "Recent runs", 20, "runs/_model_runs.html", model_runs))
    panels.register(Panel("model", "limits", "Limits", 30, "runs/_model_limits.html", model_limits))
    panels.register(Panel(page.TABS, "limits", "Limits", 50, "runs/_limits.html", run_limits))
    panels.register(Panel(page.TABS, "snapshot", "Snapshot", 70, "runs/_snapshot.html", snapshot))
    panels.register(Panel(page.TABS, "events", "Events", 80, "runs/_events.html", events))
    panels.register(Panel(page.TABS, "export", "Export", 90, "runs/_export.html", export))


def model_runs(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    newest = list(runs_of_model(request.user, model.pk).defer(*HEAVY)[: RUNS_OF_MODEL + 1])
    return {
        "summaries": run_summaries(newest[:RUNS_OF_MODEL]),
        "has_more": len(newest) > RUNS_OF_MODEL,
        "is_moving": any(run.is_active for run in newest),
    }


def model_limits(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    """What would bind a run that started now."""
    snapshot = snapshot_take(
        model=model,
        profile=profile_get(request.user),
        decider=model.decider,
        decider_params={},
        mode=Mode.INTRADAY,
    )
    account = account_rows(snapshot, model.initial_cash, timezone.localdate())
    return {"rows": [*limit_rows(effective_limits(snapshot)), *account]}


def run_limits(request: UserRequest, run: Run) -> dict[str, Any]:
    account = account_rows(run.snapshot, run.initial_cash, run.date_from)
    return {"rows": [*limit_rows(effective_limits(run.snapshot)), *account]}


def snapshot(request: UserRequest, run: Run) -> dict[str, Any]:
    return {"sections": snapshot_sections(run.snapshot)}


def events(request: UserRequest, run: Run) -> dict[str, Any]:
    found = keyset_page(request, RunEvent.objects.filter(run=run), "seq", EVENTS_A_PAGE)
    return {"page": found, "is_followed": run.is_active and found.is_newest}


def export(request: UserRequest, run: Run) -> dict[str, Any]:
    return {"exports": exports_all(), "formats": list(WRITERS)}
