"""Schedules that all come due at the same moment of a clock which the fleet's processes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from agents.schedules.models import FireState, ScheduleFire
from agents.schedules.services import MOST_SCHEDULES, ScheduleWish, schedule_create
from agents.schedules.timing import Repeat
from core import clock
from core.rls import acting_as
from market.calendar import session_bounds

OFFSET = timedelta(minutes=30)  # behind the session's close


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that a schedule shall start."""

    model_id: int
    symbols: Sequence[str]
    decider: str
    params: dict[str, Any]


class SharedClock:
    """What `core.clock` shows in every process of a fleet; it stands until it is moved."""

    def __init__(self, folder: Path, day: date) -> None:
        bounds = session_bounds(day, "regular")
        assert bounds is not None, f"{day} is a trading day"
        self.due_at = bounds.close + OFFSET
        self.file = folder / "clock"
        folder.mkdir(parents=True, exist_ok=True)
        self.show(self.due_at - timedelta(minutes=1))

    def show(self, moment: datetime) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(moment.isoformat())
        draft.replace(self.file)
        self.moment = moment

    def strike(self) -> None:
        """Move on to just behind the moment at which the schedules are due."""
        self.show(self.due_at + timedelta(seconds=1))


def schedules_make(user: User, hands: SharedClock, day: date, wanted: Sequence[Wanted]) -> list[int]:
    """Make a schedule for each, due once, on that day; return their ids. At most as many as a user may have."""
    assert len(wanted) <= MOST_SCHEDULES, f"a user has at most {MOST_SCHEDULES} schedules"
    made = []
    with clock.standing_at(hands.moment):
        for number, one in enumerate(wanted, 1):
            wish = ScheduleWish(
                name=f"Fleet {number}",
                symbols=list(one.symbols),
                decider=one.decider,
                decider_params=one.params,
                repeat=Repeat.ONCE,
                once_on=day,
                offset_minutes=round(OFFSET.total_seconds() / 60),
            )
            with acting_as(user.pk):
                made.append(schedule_create(user, one.model_id, wish).pk)
    return made


def runs_of(user: User, schedule_ids: Sequence[int]) -> list[int]:
    """The runs that these schedules have started so far."""
    with acting_as(user.pk):
        fires = ScheduleFire.objects.owned_by(user).filter(schedule__in=schedule_ids, state=FireState.STARTED)
        return [run_id for run_id in fires.order_by("pk").values_list("run", flat=True) if run_id is not None]
