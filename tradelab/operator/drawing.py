"""Drawing the runs whose logs are verified."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, UserError
from runs.models import Run
from tradelab.operator import tasks
from tradelab.operator.models import AuditSample

MOST_RUNS = 500
ABANDONED = timedelta(minutes=10)  # a log takes seconds: who was silent for longer has died


@transaction.atomic
def sample_begin(staff: User, *, size: int) -> AuditSample:
    """Draw a sample of runs that have a log, and have it verified. The transaction must see all users' rows.

    Raises UserError for a size that makes no sense, Conflict while another sample is verified or when there is no run.
    """
    if not 1 <= size <= MOST_RUNS:
        raise UserError(
            f"A sample has 1 to {MOST_RUNS} runs, found {size}.", fields={"size": f"1 to {MOST_RUNS}."}
        )
    moving = AuditSample.objects.filter(ended_at=None, moved_at__gt=timezone.now() - ABANDONED)
    if moving.exists():
        raise Conflict("A sample is being verified already. Its result stands here as soon as it is done.")
    drawn = (
        Run.objects.filter(deleted_at=None, log_count__gt=0).order_by("?").values_list("user_id", "pk")[:size]
    )
    runs = [list(pair) for pair in drawn]
    if not runs:
        raise Conflict("There is no run with a log yet.")
    sample = AuditSample.objects.create(asked_by=staff, runs=runs)
    transaction.on_commit(partial(tasks.sample_verify.delay, sample.pk), robust=True)
    return sample
