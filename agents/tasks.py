"""Celery doors of the trading session: advance a run a slice, and wake runs that nobody advances."""

from __future__ import annotations

import logging
import os
import socket

from celery import shared_task
from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection

from agents.session import advance
from agents.setup import NothingToTrade
from core.rls import acting_as
from runs.models import RunState
from runs.services import Claim, LeaseLost, lease_release, lease_take, run_finish, run_lock_claimed

logger = logging.getLogger(__name__)


@shared_task
def run_advance(user_id: int, run_id: int) -> None:
    """Advance a run by one slice and hand on to the next. Safe to run twice: only the lease's holder writes."""
    if run_slice(user_id, run_id, slice_seconds=settings.RUN_SLICE_SECONDS):
        run_advance.delay(user_id, run_id)


def run_slice(user_id: int, run_id: int, *, slice_seconds: float) -> bool:
    """Advance a run under its lease; return whether there is more to do."""
    user = User(pk=user_id)  # its id is all that selectors and row-level security ask for
    with acting_as(user_id):
        claim = lease_take(user, run_id, owner=f"{socket.gethostname()}:{os.getpid()}")
    if claim is None:
        return False
    try:
        state = advance(user, claim, slice_seconds=slice_seconds)
        if state == RunState.RUNNING:
            with acting_as(user_id):
                lease_release(user, claim)
        return state == RunState.RUNNING
    except (LeaseLost, NothingToTrade) as reason:
        logger.info("run %s: %s", run_id, reason or "taken over by another worker")
        return False
    except (OperationalError, InterfaceError):
        raise  # the database is away, not the run at fault: its lease runs out and it is resumed
    except Exception as bug:
        fail(user, claim, bug)
        raise


def fail(user: User, claim: Claim, bug: Exception) -> None:
    """Record that a run died of a bug, so that it never says running for ever."""
    try:
        with acting_as(user.pk):
            run = run_lock_claimed(user, claim)
            message = f"{type(bug).__name__}: {bug}"
            run_finish(run, RunState.FAILED, failure_code="internal_error", failure_message=message[:500])
    except LeaseLost:
        logger.info("run %s was taken over before its failure was recorded", claim.run_id)


@shared_task
def runs_wake() -> int:
    """Send every run that nobody advances to a worker again; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, run_id FROM runs_to_wake(%s)", [settings.RUN_LEASE_SECONDS])
        rows = cursor.fetchall()
    for user_id, run_id in rows:
        run_advance.delay(user_id, run_id)
    return len(rows)
