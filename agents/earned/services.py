"""Asking for a report on what a run's rules earned."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.earned.models import ReportState, RuleReport
from agents.earned.selectors import can_be_priced, is_under_way
from agents.earned.tasks import earned_compute
from core.errors import Conflict
from core.live import publish_on_commit
from runs.models import Run
from runs.selectors import access_run


def earned_after(run: Run) -> None:
    """Have the rules of a run priced as soon as it has ended, where there is anything to price and nobody asked yet."""
    if not can_be_priced(run) or not (run.denial_count or run.snapshot["rules"]):
        return
    if not RuleReport.objects.filter(run=run).exists():
        earned_request(User(pk=run.user_id), run.pk)


@transaction.atomic
def earned_request(user: User, run_id: int) -> RuleReport:
    """Ask for the report of a run that has ended, anew if there is one; one that is being made is left alone.

    Raises Conflict for a run that is under way or took no step.
    """
    run = access_run(user, run_id, lock=True)
    if not can_be_priced(run):
        raise Conflict(f"Run {run.number} is {run.state}; its rules are priced once it has traded and ended.")
    report = RuleReport.objects.filter(run=run).first()
    if report is not None and is_under_way(report):
        return report
    now = timezone.now()
    fresh = {
        "state": ReportState.QUEUED,
        "done": 0,
        "total": None,
        "problem": "",
        "asked_at": now,
        "moved_at": now,
    }
    report, _ = RuleReport.objects.update_or_create(run=run, defaults={"user_id": run.user_id, **fresh})
    publish_on_commit(f"run:{run.pk}")
    # A broker that is down is logged, no more: the page offers to ask again.
    transaction.on_commit(partial(earned_compute.delay, run.user_id, run.pk), robust=True)
    return report
