"""Celery doors of notifications: try a delivery, and send for those that are due."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User
from django.db import connection

from profiles.notifications.delivery import deliver

GRACE_SECONDS = 60.0  # a worker that was sent for has so long to come
MOST_AT_ONCE = 500


@shared_task
def delivery_attempt(user_id: int, delivery_id: int) -> None:
    """Try to deliver once. Safe to run twice: only one attempt is under way."""
    deliver(User(pk=user_id), delivery_id)


@shared_task
def deliveries_wake() -> int:
    """Send for every delivery that is due and that nobody tries; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, delivery_id FROM deliveries_due(%s, %s)", [GRACE_SECONDS, MOST_AT_ONCE]
        )
        rows = cursor.fetchall()
    for user_id, delivery_id in rows:
        delivery_attempt.delay(user_id, delivery_id)
    return len(rows)
