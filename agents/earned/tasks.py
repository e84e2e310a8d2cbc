"""The Celery door of reports on what rules earned."""

from __future__ import annotations

from celery import shared_task

from agents.earned.compute import report_make


@shared_task
def earned_compute(user_id: int, run_id: int) -> None:
    """Make the report that was asked for. Safe to run twice."""
    report_make(user_id, run_id)
