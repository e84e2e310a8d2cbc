"""Reads of schedules; every one starts from the user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from agents.schedules.models import Schedule, ScheduleFire
from agents.schedules.timing import Occasion, next_fires
from agents.schedules.words import repeat_words, what_words, when_words

FIRES_AHEAD = 3
FIRES_SHOWN = 50


def access_schedule(user: User | AnonymousUser, schedule_id: int, *, lock: bool = False) -> Schedule:
    """Return the user's schedule, locked if asked. Raises Forbidden for absent and foreign alike."""
    return Schedule.objects.select_related("model").access(user, pk=schedule_id, lock=lock)


def schedules_of(user: User | AnonymousUser, model_id: int | None = None) -> QuerySet[Schedule]:
    """A user's schedules, newest first; of one Model if asked."""
    found = Schedule.objects.owned_by(user).select_related("model")
    return found if model_id is None else found.filter(model_id=model_id)


@dataclass(frozen=True, slots=True)
class ScheduleNow:
    """A schedule with its next fires and the last of those that have been."""

    schedule: Schedule
    ahead: list[Occasion]
    last: ScheduleFire | None

    @property
    def state(self) -> str:
        if self.schedule.model.is_archived:
            return "archived"
        if self.schedule.is_paused:
            return "paused"
        return "over" if self.schedule.is_over else "on"

    @property
    def repeat(self) -> str:
        return repeat_words(self.schedule)

    @property
    def when(self) -> str:
        return when_words(self.schedule)

    @property
    def what(self) -> str:
        return what_words(self.schedule)


def schedules_now(schedules: Iterable[Schedule]) -> list[ScheduleNow]:
    """Two queries for any number of schedules."""
    found = list(schedules)
    newest = ScheduleFire.objects.filter(schedule__in=[each.pk for each in found])
    newest = newest.order_by("schedule_id", "-due_at", "-id").distinct("schedule_id").select_related("run")
    last = {fire.schedule_id: fire for fire in newest}
    return [ScheduleNow(each, fires_ahead(each), last.get(each.pk)) for each in found]


def fires_ahead(schedule: Schedule) -> list[Occasion]:
    """The next fires; none while it is paused, over or its Model archived."""
    if schedule.next_fire_at is None or schedule.model.is_archived:
        return []
    return next_fires(schedule.timing, just_before(schedule.next_fire_at), FIRES_AHEAD)


def just_before(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=1)


def fires_of(schedule: Schedule) -> QuerySet[ScheduleFire]:
    """What became of its newest fires."""
    return schedule.fires.select_related("run", "download").order_by("-due_at", "-id")[:FIRES_SHOWN]
