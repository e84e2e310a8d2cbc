"""Calling a worker for a turn. By name, as the worker's own module stands above the services that call it."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction

from chat.models import Turn

TASK = "chat.tasks.turn_answer"


def worker_call(turn: Turn) -> None:
    """Send for a worker once the transaction commits."""
    # A broker that is down is logged, no more: beat sends again for what nobody has claimed.
    transaction.on_commit(partial(task_send, turn.user_id, turn.pk), robust=True)


def task_send(user_id: int, turn_id: int) -> None:
    current_app.send_task(TASK, args=[user_id, turn_id], retry=False)
