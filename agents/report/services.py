"""Writes of links to reports."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.report.models import RunShare
from core.errors import Conflict
from runs.selectors import access_run


@transaction.atomic
def run_share(user: User, run_id: int, *, shows_strategy: bool = False) -> RunShare:
    """Make a link to an ended run's report, in place of one that shows something else. Raises Conflict."""
    run = access_run(user, run_id, lock=True)
    if run.is_active:
        raise Conflict("This run is still under way. It can be shared once it has ended.")
    share = RunShare.objects.owned_by(user).filter(run=run, revoked_at=None).first()
    if share is not None and share.shows_strategy == shows_strategy:
        return share
    run_unshare(user, run_id)
    return RunShare.objects.create(user=user, run=run, shows_strategy=shows_strategy)


@transaction.atomic
def run_unshare(user: User, run_id: int) -> None:
    """Take every link to a run's report back; harmless to repeat."""
    run = access_run(user, run_id, lock=True)
    RunShare.objects.owned_by(user).filter(run=run, revoked_at=None).update(revoked_at=timezone.now())
