"""Pauses: a run that can't go on for now waits with everything kept, until a moment or until somebody says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, UserError
from runs.models import Run, RunState
from runs.selectors import access_run
from runs.services.events import event_append
from runs.services.lifecycle import run_move
from runs.services.telling import tell_pause

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30, 1800
MOST_PAUSED_IN_VAIN = 50  # about a day of tries without a step; then somebody has to look
PAUSED_BY_OWNER = "paused_by_you"
BUDGET_KINDS = ("calls", "tokens", "cost", "seconds")
PAUSE_FIELDS = [
    "state",
    "pause_code",
    "pause_message",
    "paused_at",
    "resume_at",
    "paused_in_vain",
    "paused_seconds",
]


def run_pause(run: Run, *, code: str, message: str, retry_at: datetime | None = None) -> None:
    """Pause a locked running run, in the caller's transaction. Raises IllegalRunMove.

    With `retry_at` it goes on by itself then, or later: each pause without a step in between lasts twice as long.
    One whose owner has asked it to pause doesn't go on by itself.
    """
    run_move(run, RunState.PAUSED)
    now = timezone.now()
    if run.pause_requested_at is not None:
        retry_at = None
    if retry_at is not None:
        wait = min(FIRST_WAIT_SECONDS * 2**run.paused_in_vain, LONGEST_WAIT_SECONDS)
        is_hopeless = run.paused_in_vain >= MOST_PAUSED_IN_VAIN
        retry_at = None if is_hopeless else max(retry_at, now + timedelta(seconds=wait))
    run.paused_in_vain = min(run.paused_in_vain + 1, MOST_PAUSED_IN_VAIN)
    run.pause_code, run.pause_message = code, message
    run.paused_at, run.resume_at, run.woken_at = now, retry_at, now
    run.lease_owner, run.lease_expires_at, run.pause_requested_at = "", None, None
    run.save(
        update_fields=[*PAUSE_FIELDS, "woken_at", "lease_owner", "lease_expires_at", "pause_requested_at"]
    )
    payload = {"cursor": run.cursor, "code": code, "message": message}
    if retry_at is not None:
        payload["resume_at"] = retry_at.isoformat()
    event_append(run, "paused", payload, simulated_at=run.simulated_at)
    if code != PAUSED_BY_OWNER:
        tell_pause(run, now)


@transaction.atomic
def run_pause_ask(user: User, run_id: int) -> Run:
    """Ask a running run to pause; its worker does after the step that it is at. Raises Conflict when it isn't running.

    A run that no worker holds pauses at once. Asking twice, or asking one that waits already, changes nothing.
    """
    run = access_run(user, run_id, lock=True)
    if run.state == RunState.PAUSED:
        return run
    if run.state != RunState.RUNNING or run.stop_requested_at is not None:
        state = run.state if run.stop_requested_at is None or not run.is_active else "stopping"
        raise Conflict(f"Run {run.number} is {state}, not running.", code="run_not_running")
    if run.lease_expires_at is None or run.lease_expires_at <= timezone.now():
        run_pause_asked(run)
    elif run.pause_requested_at is None:
        run.pause_requested_at = timezone.now()
        run.save(update_fields=["pause_requested_at"])
        event_append(run, "pause_requested", simulated_at=run.simulated_at)
    return run


def run_pause_asked(run: Run) -> None:
    """Pause a locked running run because its owner asked for it; it goes on when somebody says so."""
    run_pause(run, code=PAUSED_BY_OWNER, message="You paused this run.")


def is_pause_over(run: Run, now: datetime) -> bool:
    return run.state == RunState.PAUSED and run.resume_at is not None and run.resume_at <= now


def pause_end(run: Run, now: datetime) -> None:
    """Let a locked run go on; whoever takes its lease calls this, so that it says running only once somebody works on it."""
    run_move(run, RunState.RUNNING)
    event_append(run, "resumed", {"cursor": run.cursor, "after": run.pause_code})
    if run.paused_at is not None:
        run.paused_seconds += (now - run.paused_at).total_seconds()
    run.pause_code, run.pause_message, run.paused_at, run.resume_at = "", "", None, None
    run.save(update_fields=PAUSE_FIELDS)


@transaction.atomic
def run_resume(user: User, run_id: int) -> Run:
    """Let a paused run go on as soon as a worker is free. Raises Conflict when it isn't paused.

    One that was asked to pause and has not yet just goes on. Resuming twice changes nothing; the worker is called by `agents.services.session_resume`.
    """
    run = access_run(user, run_id, lock=True)
    if run.state == RunState.RUNNING and run.pause_requested_at is not None:
        run.pause_requested_at = None
        run.save(update_fields=["pause_requested_at"])
        event_append(run, "resume_requested", simulated_at=run.simulated_at)
        return run
    if run.state != RunState.PAUSED:
        raise Conflict(f"Run {run.number} is {run.state}, not paused.", code="run_not_paused")
    now = timezone.now()
    if not is_pause_over(run, now):
        run.resume_at, run.paused_in_vain, run.woken_at = now, 0, now
        run.save(update_fields=["resume_at", "paused_in_vain", "woken_at"])
        event_append(run, "resume_requested", simulated_at=run.simulated_at)
    return run


@transaction.atomic
def run_budget_set(user: User, run_id: int, budget: Mapping[str, Any]) -> Run:
    """Change the caps of a run that has not ended: those named; None takes a cap away. Raises UserError and Conflict."""
    run = access_run(user, run_id, lock=True)
    if not run.is_active:
        raise Conflict(f"Run {run.number} has ended.", code="run_ended")
    run.budget = budget_clean({**run.budget, **budget})
    run.save(update_fields=["budget"])
    event_append(run, "budget_changed", dict(run.budget), simulated_at=run.simulated_at)
    return run


def budget_clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Caps as they are stored: whole numbers, dollars as a string, none that is empty. Raises UserError."""
    unknown = sorted(set(values) - set(BUDGET_KINDS))
    if unknown:
        raise UserError(f"A budget has {', '.join(BUDGET_KINDS)}, not {', '.join(unknown)}.")
    return {
        kind: str(amount) if kind == "cost" else int(amount)
        for kind, value in values.items()
        if (amount := budget_amount(kind, value)) is not None
    }


def budget_amount(kind: str, value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= 10**12 or (kind != "cost" and amount != int(amount)):
        wanted = "an amount in dollars" if kind == "cost" else "a whole number"
        message = f"The budget of {kind} should be {wanted} from 0, or empty for no cap, was {value!r}."
        raise UserError(message, fields={f"budget_{kind}": message})
    return amount
