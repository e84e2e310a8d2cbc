"""Celery door of the operator's page."""

from __future__ import annotations

from celery import shared_task

from tradelab.operator.audit import sample_go_on


@shared_task
def sample_verify(sample_id: int) -> None:
    """Verify the runs of a sample that are left. Safe to run twice: each run is counted once."""
    while sample_go_on(sample_id):
        pass
