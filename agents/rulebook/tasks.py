"""Celery door of reading sentences."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth.models import User

from agents.rulebook import writing


@shared_task
def rule_write(user_id: int, model_id: int, proposal_id: int) -> None:
    """Have a sentence read. A second time finds it read."""
    writing.rule_write(User(pk=user_id), model_id, proposal_id)
