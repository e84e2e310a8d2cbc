"""The lease: one worker advances a run at a time, and a worker that lost it can write nothing more.

`lease_token` only grows. Whoever takes the lease raises it; every later write checks it under the row lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from runs.models import Run, RunState
from runs.selectors import access_run
from runs.services.events import event_append
from runs.services.lifecycle import run_finish
from runs.services.pause import is_pause_over, pause_end

MOST_RESUMED_IN_VAIN = 5


class LeaseLost(Exception):
    """Somebody else advances this run now, or it has ended: stop, write nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Proof of having taken the lease."""

    user_id: int
    run_id: int
    token: int
    is_live: bool = False


def lease_take(user: User, run_id: int, *, owner: str) -> Claim | None:
    """Take the lease of a run that is queued, paused until now, or running under no live lease; None otherwise."""
    with transaction.atomic():
        run = access_run(user, run_id, lock=True)
        now = timezone.now()
        if run.state not in (RunState.QUEUED, RunState.RUNNING) and not is_pause_over(run, now):
            return None
        if run.lease_expires_at is not None and run.lease_expires_at > now:
            return None
        if run.state == RunState.QUEUED:
            run.state, run.started_at = RunState.RUNNING, now
            event_append(run, "started")
        elif run.state == RunState.PAUSED:
            pause_end(run, now)
        elif run.lease_expires_at is not None:
            # Nobody gave this lease back: its worker died. Again and again without a step means the run is at fault.
            if run.resumed_in_vain >= MOST_RESUMED_IN_VAIN:
                message = f"Its worker died {run.resumed_in_vain + 1} times at step {run.cursor + 1}."
                run_finish(run, RunState.FAILED, failure_code="worker_lost", failure_message=message)
                return None
            run.resumed_in_vain += 1
            event_append(run, "resumed", {"cursor": run.cursor, "lost_by": run.lease_owner})
        run.lease_token += 1
        run.lease_owner = owner
        run.lease_expires_at = lease_end()
        run.wake_at = None
        run.save(update_fields=["state", "started_at", "resumed_in_vain", *LEASE_FIELDS])
        return Claim(run.user_id, run.pk, run.lease_token, run.is_live)


LEASE_FIELDS = ["lease_token", "lease_owner", "lease_expires_at", "wake_at"]


def run_lock_claimed(user: User, claim: Claim) -> Run:
    """Lock the run for a write of the claim's holder. Raises LeaseLost when the claim is not the newest."""
    # Every step locks the run, and none needs what it was configured with; but a live one's worker begins anew each minute.
    rows = Run.objects.all() if claim.is_live else Run.objects.defer("snapshot", "decider_params")
    run = rows.access(user, pk=claim.run_id, deleted_at=None, lock=True)
    if run.lease_token != claim.token or run.state != RunState.RUNNING:
        raise LeaseLost
    return run


def run_lock_again(run: Run, claim: Claim) -> None:
    """Lock a run that this claim's holder has at hand, and learn whether somebody asked it to stop or to pause.

    Raises LeaseLost.

    Nothing else of what a step moves can have changed: whoever holds the lease is the only one to move it.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [run.pk, run.user_id, claim.token, RunState.RUNNING.value])
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost
    run.stop_requested_at, run.pause_requested_at = row


def lease_beat(user: User, claim: Claim) -> bool:
    """Give a sign of life while a step takes its time; return whether somebody asked the run to stop.

    Raises LeaseLost. Cheap enough for every second: the row is written only once a third of the lease has passed.
    """
    holds: list[Any] = [claim.run_id, user.pk, claim.token, RunState.RUNNING.value]
    with connection.cursor() as cursor:
        cursor.execute(LOOK, holds)
        found = cursor.fetchone()
        if found is None:
            raise LeaseLost
        expires_at, stop_requested_at = found
        left = (expires_at - timezone.now()).total_seconds() if expires_at else 0.0
        if left < settings.RUN_LEASE_SECONDS * 2 / 3:
            # The same conditions again, so that a lease that was lost meanwhile is not renewed.
            cursor.execute(RENEW, [lease_end(), *holds])
            if not cursor.rowcount:
                raise LeaseLost
    return stop_requested_at is not None


class LeaseSign(Enum):
    """What a look at a lease finds."""

    HELD = "held"
    STOP = "stop"  # held, and somebody asked the run to stop
    LOST = "lost"


def leases_beat(user_id: int, claims: Sequence[Claim]) -> dict[Claim, LeaseSign]:
    """The same for many claims of one user at once. A lease that is due but locked by somebody is renewed at the next look."""
    soon = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS * 2 / 3)
    holds: list[Any] = [
        [claim.run_id for claim in claims],
        [claim.token for claim in claims],
        user_id,
        RunState.RUNNING.value,
    ]
    with connection.cursor() as cursor:
        cursor.execute(LOOK_AT_ALL, holds)
        found = {run_id: (expires_at, asked_at) for run_id, expires_at, asked_at in cursor.fetchall()}
        if any(expires_at is None or expires_at < soon for expires_at, _ in found.values()):
            cursor.execute(RENEW_ALL, [lease_end(), *holds, soon])
    return {claim: sign_of(found.get(claim.run_id)) for claim in claims}


def sign_of(row: tuple[datetime | None, datetime | None] | None) -> LeaseSign:
    if row is None:
        return LeaseSign.LOST
    return LeaseSign.HELD if row[1] is None else LeaseSign.STOP


HOLDS = "id = %s AND user_id = %s AND lease_token = %s AND state = %s"
LOOK = f"SELECT lease_expires_at, stop_requested_at FROM runs_run WHERE {HOLDS}"  # noqa: S608  (constants)
ASKED = "stop_requested_at, pause_requested_at"
LOCK = f"SELECT {ASKED} FROM runs_run WHERE {HOLDS} AND deleted_at IS NULL FOR UPDATE"  # noqa: S608
RENEW = f"UPDATE runs_run SET lease_expires_at = %s WHERE {HOLDS}"  # noqa: S608
HELD = (
    "FROM runs_run JOIN unnest(%s::bigint[], %s::bigint[]) AS held (run, token) ON id = run AND lease_token = token"
    " WHERE user_id = %s AND state = %s"
)
LOOK_AT_ALL = f"SELECT id, lease_expires_at, stop_requested_at {HELD}"
RENEW_ALL = (
    "UPDATE runs_run SET lease_expires_at = %s WHERE id IN"  # noqa: S608  (no value is in it)
    f" (SELECT id {HELD} AND (lease_expires_at IS NULL OR lease_expires_at < %s) FOR UPDATE OF runs_run SKIP LOCKED)"
)


def lease_release(user: User, claim: Claim, *, wake_at: datetime | None = None) -> None:
    """Give the lease back between two slices, so that the next may take it at once, or is sent for at a moment of the
    market's clock."""
    with transaction.atomic():
        run = run_lock_claimed(user, claim)
        run.lease_owner, run.lease_expires_at, run.woken_at = "", None, timezone.now()
        run.wake_at = wake_at
        run.save(update_fields=[*LEASE_FIELDS, "woken_at"])


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
