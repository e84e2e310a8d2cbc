"""The Celery door of what stands beside runs."""

from __future__ import annotations

from celery import shared_task

from agents.luck.compute import luck_make
from core.errors import Forbidden


@shared_task
def luck_compute(user_id: int, run_id: int) -> None:
    """Work out what stands beside a run. Safe to run twice."""
    try:
        luck_make(user_id, run_id)
    except Forbidden:
        return  # the run is gone
