"""Celery doors of asking outside of runs."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User

from agents.llm import probe


@shared_task
def endpoint_probe(user_id: int, endpoint_id: int) -> None:
    """Test a user's endpoint. Twice is two tests, each on the bill."""
    probe.endpoint_probe(User(pk=user_id), endpoint_id)
