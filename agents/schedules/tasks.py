"""Celery doors of schedules: beat asks what is due, and each of them fires in a transaction of its own."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User
from django.db import connection

from agents.schedules.firing import schedule_fire
from core import clock
from core.errors import Forbidden
from core.rls import acting_as


@shared_task
def schedules_fire() -> int:
    """Send for a worker for every schedule that has something to do by the market's clock; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, schedule_id FROM schedules_due(%s)", [clock.now()])
        rows = cursor.fetchall()
    for user_id, schedule_id in rows:
        schedule_fire_one.delay(user_id, schedule_id)
    return len(rows)


@shared_task
def schedule_fire_one(user_id: int, schedule_id: int) -> None:
    """Fire one schedule. Safe to run twice, and by several at once: a session starts once."""
    try:
        with acting_as(user_id):
            schedule_fire(User(pk=user_id), schedule_id)
    except Forbidden:
        return  # it was deleted meanwhile, or its Model
