"""What the end of a run means for batches: there is room for one more."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction

from agents.batches.models import BatchItem

# By name: the task starts sessions, whose own tasks call this.
GO_ON = "agents.batches.tasks.batch_go_on"


def batches_after(user: User, model_id: int) -> None:
    """Send for a worker for every batch of the Model that has runs waiting, once the transaction commits."""
    waiting = BatchItem.objects.owned_by(user).filter(run=None, problem="", batch__stopped_at=None)
    for batch_id in waiting.filter(batch__model_id=model_id).values_list("batch_id", flat=True).distinct():
        transaction.on_commit(partial(current_app.send_task, GO_ON, (user.pk, batch_id)), robust=True)
