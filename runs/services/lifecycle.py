"""How runs end: completed, stopped, failed; and how they leave the lists."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core import clock
from core.errors import Conflict
from runs.metrics import RUNS_ENDED
from runs.models import LEGAL_MOVES, Run, RunState
from runs.selectors import access_run
from runs.services.events import event_append
from runs.services.telling import tell_end


class IllegalRunMove(Exception):
    """A bug: the code asked a run to go from a state to one that can't follow it."""


def run_finish(run: Run, state: RunState, *, failure_code: str = "", failure_message: str = "") -> None:
    """Move a locked run to a final state, in the caller's transaction. Raises IllegalRunMove."""
    run_move(run, state)
    RUNS_ENDED.add(state=state.value)
    run.ended_at = timezone.now()
    run.failure_code, run.failure_message = failure_code, failure_message
    run.lease_owner, run.lease_expires_at = "", None
    run.save(
        update_fields=[
            "state",
            "ended_at",
            "failure_code",
            "failure_message",
            "lease_owner",
            "lease_expires_at",
        ]
    )
    payload = {"cursor": run.cursor} | (
        {"code": failure_code, "message": failure_message} if failure_code else {}
    )
    event_append(run, state.value, payload, simulated_at=run.simulated_at)
    tell_end(run)


def run_move(run: Run, state: RunState) -> None:
    if state not in LEGAL_MOVES[run.state]:
        raise IllegalRunMove(f"run {run.pk} cannot go from {run.state} to {state}")
    run.state = state


@transaction.atomic
def run_stop(user: User, run_id: int) -> Run:
    """Ask a run to stop. A run that nobody has begun stops at once; a running one within one commit of its worker.

    Stopping twice, or stopping what has ended, changes nothing.
    """
    run = access_run(user, run_id, lock=True)
    if run.state in (RunState.QUEUED, RunState.PAUSED):
        run_finish(run, RunState.STOPPED)
    elif run.state == RunState.RUNNING and run.stop_requested_at is None:
        run.stop_requested_at = timezone.now()
        if run.wake_at is not None:
            run.wake_at = clock.now()  # one that waits for its next bar need not wait to hear of it
        run.save(update_fields=["stop_requested_at", "wake_at"])
        event_append(run, "stop_requested", simulated_at=run.simulated_at)
    return run


@transaction.atomic
def run_delete(user: User, run_id: int) -> None:
    """Take an ended run out of all lists; its number stays used. Raises Conflict while it is active."""
    run = access_run(user, run_id, lock=True)
    if run.is_active:
        raise Conflict(f"Run {run.number} is {run.state}. Stop it before you delete it.", code="run_active")
    run.deleted_at = timezone.now()
    run.save(update_fields=["deleted_at"])
    event_append(run, "deleted")
