"""Runs by state, and those that don't move: stuck, or paused."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q

from runs.models import Run, RunState
from tradelab.operator.work import abandoned

MOST_SHOWN = 15


class Standing(NamedTuple):
    """A run that doesn't move."""

    run: Run
    since: datetime | None
    why: str
    resume_at: datetime | None = None


class StandStill(NamedTuple):
    rows: list[Standing]
    total: int


def states_count() -> dict[str, int]:
    """How many runs are in each state that is not the end."""
    shown = Run.objects.filter(deleted_at=None)
    counts = {
        state.value: Count("pk", filter=Q(state=state))
        for state in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)
    }
    return shown.filter(state__in=counts).aggregate(**counts)


def stuck_runs(now: datetime) -> StandStill:
    """Runs that should move and don't, the longest first."""
    found = abandoned(now)
    rows = list(light(found)[:MOST_SHOWN])
    return StandStill([Standing(run, since_of(run), why_stuck(run)) for run in rows], counted(found, rows))


def paused_runs() -> StandStill:
    """Runs that wait, the latest first."""
    found = Run.objects.filter(state=RunState.PAUSED, deleted_at=None).order_by("-paused_at")
    rows = list(light(found)[:MOST_SHOWN])
    shown = [Standing(run, run.paused_at, run.pause_message, run.resume_at) for run in rows]
    return StandStill(shown, counted(found, rows))


def light(found: Any) -> Any:
    # Their snapshots are long and nobody looks at them here.
    return found.select_related("model", "user").defer("snapshot", "decider_params")


def counted(found: Any, rows: list[Run]) -> int:
    return len(rows) if len(rows) < MOST_SHOWN else int(found.count())


def since_of(run: Run) -> datetime:
    return run.lease_expires_at or run.woken_at


def why_stuck(run: Run) -> str:
    if run.resumed_in_vain:
        return f"Its worker died {run.resumed_in_vain} times at step {run.cursor + 1}."
    if run.lease_expires_at is not None:
        return f"{run.lease_owner} holds it and gives no sign of life."
    return "No worker has come for it."
