"""Celery doors of batches: go on with one, and find those that wait though nobody came."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User
from django.db import connection

from agents.batches.advance import batch_advance
from core.errors import Forbidden
from core.rls import acting_as


@shared_task
def batch_go_on(user_id: int, batch_id: int) -> None:
    """Start what there is room for, or close it. Safe to run twice: each run of a batch has an idempotency key of its own."""
    try:
        with acting_as(user_id):
            batch_advance(User(pk=user_id), batch_id)
    except Forbidden:
        return  # its Model is gone


@shared_task
def batches_wake() -> int:
    """Go on with every batch that waits or is to be closed; return how many. A batch whose Model has no room stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, batch_id FROM batches_waiting()")
        rows = cursor.fetchall()
    for user_id, batch_id in rows:
        batch_go_on.delay(user_id, batch_id)
    return len(rows)
