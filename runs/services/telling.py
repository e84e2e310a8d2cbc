"""What a run's owner is told of, in the transaction that made it happen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from core.templatetags.numbers import written
from profiles.notifications.kinds import Kind
from profiles.notifications.services import notify
from runs.models import Run, RunState

SOON = timedelta(minutes=15)  # a pause that ends by itself this soon is no news
BROKEN = "Something broke in tradelab while it ran. Its page says at which step."


def name_of(run: Run) -> str:
    return f"Run {run.number} of {run.model}"


def page_of(run: Run) -> str:
    return reverse("runs:run-detail", args=[run.model_id, run.number])


def tell(run: Run, kind: Kind, *, happened: str, body: str = "", key: str) -> None:
    """Tell a run's owner what happened to it, once a key; of what happens to many runs of a batch only the first time."""
    notify(
        run.user_id,
        kind,
        subject=f"{name_of(run)} {happened}",
        body=body,
        url=page_of(run),
        key=f"{run.told_with or f'run:{run.pk}'}:{key}",
    )


def tell_end(run: Run) -> None:
    """Tell that a run is complete or has failed; who stopped one knows. A batch tells of what is complete at its end."""
    if run.state == RunState.COMPLETED:
        if run.told_with:
            return
        tell(run, Kind.RUN_FINISHED, happened="is complete", body=result_of(run), key="completed")
    elif run.state == RunState.FAILED:
        tell(run, Kind.RUN_FAILED, happened="failed", body=why_failed(run), key="failed")


def why_failed(run: Run) -> str:
    # The words of a bug may quote what nobody should read in a mailbox.
    return BROKEN if run.failure_code == "internal_error" else run.failure_message


def result_of(run: Run) -> str:
    if run.equity is None or not run.initial_cash:
        return ""
    change = written((run.equity / run.initial_cash - 1) * 100, 2, signed=True)
    return f"Equity ${run.equity:,.2f}, {change} % after {run.cursor:,} steps and {run.fill_count:,} fill{'' if run.fill_count == 1 else 's'}."


def tell_pause(run: Run, now: datetime) -> None:
    """Tell that a run waits, unless it goes on soon by itself; once for each step at which it is held up."""
    if run.resume_at is not None and run.resume_at - now <= SOON:
        return
    goes_on = f" It goes on by itself from {run.resume_at:%H:%M} UTC on." if run.resume_at else ""
    key = f"paused:{run.pause_code}" + ("" if run.told_with else f":{run.cursor}")
    tell(run, Kind.RUN_PAUSED, happened="is paused", body=run.pause_message + goes_on, key=key)
