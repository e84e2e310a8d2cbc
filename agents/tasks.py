"""Celery doors of the trading session: advance a run a slice, and wake runs that nobody advances."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection

from agents.batches.after import batches_after
from agents.closing import worker_closes
from agents.deciders import DECIDERS
from agents.earned.services import earned_after
from agents.live.listening import listen, live_release
from agents.llm.types import Paused, StopAsked
from agents.luck.services import luck_after
from agents.outcome import run_complete
from agents.session import advance
from agents.setup import NothingToTrade
from agents.turns import Turn, asking_run_waits
from core import clock
from core.rls import acting_as
from core.turnstile import at_work
from runs.models import Run, RunState
from runs.services import (
    Claim,
    LeaseLost,
    lease_release,
    lease_take,
    run_finish,
    run_lock_claimed,
    run_pause,
)

logger = logging.getLogger(__name__)


@shared_task
def run_advance(user_id: int, run_id: int) -> None:
    """Advance a run by one slice and hand on to the next. Safe to run twice: only the lease's holder writes."""
    if run_slice(user_id, run_id, slice_seconds=settings.RUN_SLICE_SECONDS):
        run_advance.delay(user_id, run_id)
    else:
        run_followed(user_id, run_id)


@shared_task
def run_advance_asking(user_id: int, run_id: int) -> None:
    """The same for a run that asks a language model: its queue has threads, in which many wait at once."""
    if run_slice(user_id, run_id, slice_seconds=settings.RUN_SLICE_SECONDS, somebody_waits=asking_run_waits):
        run_advance_asking.delay(user_id, run_id)
    else:
        run_followed(user_id, run_id)


def run_followed(user_id: int, run_id: int) -> None:
    """If this was the run's last slice, send for what comes after: the price of its rules, what stands
    beside it, the next of its batch."""
    user = User(pk=user_id)
    with acting_as(user_id):
        run = Run.objects.owned_by(user).filter(pk=run_id, deleted_at=None).first()
        if run is not None and not run.is_active:
            earned_after(run)
            luck_after(run)
            batches_after(user, run.model_id)


@worker_shutting_down.connect
def on_shutting_down(**kwargs: Any) -> None:
    worker_closes()


def task_of(decider: str) -> Task[[int, int], None]:
    """The task that advances runs of a decider."""
    kind = DECIDERS.get(decider)
    return run_advance if kind is None or kind.is_free else run_advance_asking


def run_slice(
    user_id: int, run_id: int, *, slice_seconds: float, somebody_waits: Callable[[], bool] = lambda: True
) -> bool:
    """Advance a run under its lease, for longer than the slice while nobody waits; return whether there is more to do."""
    user = User(pk=user_id)  # its id is all that selectors and row-level security ask for
    with acting_as(user_id):
        claim = lease_take(user, run_id, owner=f"{socket.gethostname()}:{os.getpid()}")
    if claim is None:
        return False
    try:
        return slice_of(user, claim, Turn(slice_seconds, somebody_waits))
    except (LeaseLost, NothingToTrade) as reason:
        logger.info("run %s: %s", run_id, reason or "taken over by another worker")
        return False
    except Paused as reason:
        code, message, retry_at = reason.code, str(reason), reason.retry_at
        write(user, claim, lambda run: run_pause(run, code=code, message=message, retry_at=retry_at))
        return False
    except StopAsked:
        write(user, claim, lambda run: run_complete(run, RunState.STOPPED))
        return False
    except (OperationalError, InterfaceError):
        raise  # the database is away, not the run at fault: its lease runs out and it is resumed
    except Exception as bug:
        message = f"{type(bug).__name__}: {bug}"[:500]
        # So that it never says running for ever.
        write(user, claim, lambda run: run_fail(run, message))
        raise


def slice_of(user: User, claim: Claim, turn: Turn) -> bool:
    """Advance a claimed run and give its lease back; return whether there is more to do at once."""
    heard = listen(user, claim) if claim.is_live else None
    if heard is not None and not heard.has_work:
        with acting_as(user.pk):
            lease_release(user, claim, wake_at=heard.wake_at)
        return False
    with at_work():
        state = advance(user, claim, turn)
    if state != RunState.RUNNING:
        return False
    with acting_as(user.pk):
        if heard is None:
            lease_release(user, claim)
            return True
        return live_release(user, claim, heard.wake_at)


def run_fail(run: Run, message: str) -> None:
    run_finish(run, RunState.FAILED, failure_code="internal_error", failure_message=message)


def write(user: User, claim: Claim, change: Callable[[Run], None]) -> None:
    """Change a run whose slice ended out of turn, unless somebody else advances it by now."""
    try:
        with acting_as(user.pk):
            change(run_lock_claimed(user, claim))
    except LeaseLost:
        logger.info("run %s was taken over before its end here was recorded", claim.run_id)


@shared_task
def runs_wake() -> int:
    """Send every run that nobody advances to a worker again; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, run_id, decider FROM runs_to_wake(%s, %s)",
            [settings.RUN_LEASE_SECONDS, clock.now()],
        )
        rows = cursor.fetchall()
    for user_id, run_id, decider in rows:
        task_of(decider).delay(user_id, run_id)
    return len(rows)
