"""What the end of a run means for batches: there is room for one more, or that was the last."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction

from agents.batches.models import Batch

# By name: the task starts sessions, whose own tasks call this.
GO_ON = "agents.batches.tasks.batch_go_on"


def batches_after(user: User, model_id: int) -> None:
    """Send for a worker for every batch of the Model that has not ended, once the transaction commits."""
    going = Batch.objects.owned_by(user).filter(model_id=model_id, stopped_at=None, ended_at=None)
    for batch_id in going.values_list("pk", flat=True):
        transaction.on_commit(partial(current_app.send_task, GO_ON, (user.pk, batch_id)), robust=True)
