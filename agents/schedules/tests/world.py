"""Schedules of a Model that holds, and the days on which they fire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from agents.schedules.models import Schedule
from agents.schedules.services import ScheduleWish, schedule_create
from agents.tests.world import model_make
from core.rls import acting_as
from profiles.models import TradingModel


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wish(**fields: Any) -> ScheduleWish:
    return ScheduleWish(**{"name": "Daily", "symbols": ["TEST"], "decider": "hold", **fields})


def schedule_make(user: User, model: TradingModel | None = None, **fields: Any) -> Schedule:
    """By the clock that is set: every trading day, half an hour after the close, the day's regular session."""
    model = model or model_make(user, max_concurrent_runs=20)
    with acting_as(user.pk):
        return schedule_create(user, model.pk, wish(**fields))
