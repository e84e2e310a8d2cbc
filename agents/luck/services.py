"""Sending for what stands beside a run."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from agents.earned.selectors import can_be_priced
from agents.luck.models import LuckReport
from agents.luck.tasks import luck_compute
from core.errors import Conflict
from runs.models import Run
from runs.selectors import access_run


@transaction.atomic
def luck_request(user: User, run_id: int) -> None:
    """Send for a worker. Raises Conflict for a run that is under way or took no step."""
    run = access_run(user, run_id)
    if not can_be_priced(run):
        raise Conflict(f"Run {run.number} is {run.state}; it is judged once it has traded and ended.")
    send(run)


def luck_after(run: Run) -> None:
    """The same as soon as a run has ended, once."""
    if can_be_priced(run) and not LuckReport.objects.filter(run=run).exists():
        send(run)


def send(run: Run) -> None:
    # A broker that is down is logged, no more: the page offers to ask again.
    transaction.on_commit(partial(luck_compute.delay, run.user_id, run.pk), robust=True)
