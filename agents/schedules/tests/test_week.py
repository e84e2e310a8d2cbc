"""Whole simulated weeks on an accelerated clock: a clock change, a holiday and an early close, what fires, and when.

Moments are written out by hand: New York is 4 hours behind UTC until Sunday 1 November 2026 and 5 from then on; Thursday
26 November is Thanksgiving, and the session of the 27th closes at 13:00.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.schedules.models import Schedule, ScheduleFire
from agents.schedules.services import schedule_pause
from agents.schedules.tasks import schedule_fire_one, schedules_fire
from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import days, minutes
from agents.tests.world import model_make
from core import clock
from core.clock import Hands
from core.rls import acting_as
from market.calendar import trading_days
from profiles.models import TradingModel
from profiles.notifications.models import Notification
from runs.models import Run, RunState

FROM, TO = at("2026-10-29 21:00"), at("2026-12-01 12:00")
HALF_HOUR, SECOND = timedelta(minutes=30), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beat's messages are worked on at once, and twice, as brokers may deliver them; runs end as soon as they start."""

    def at_once(user_id: int, schedule_id: int) -> None:
        for _ in range(2):
            schedule_fire_one(user_id, schedule_id)

    def end_at_once(run: Run) -> None:
        Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED)

    monkeypatch.setattr(schedule_fire_one, "delay", at_once)
    monkeypatch.setattr("agents.services.call_worker", end_at_once)


@pytest.fixture
def hands() -> Iterator[Hands]:
    with clock.standing_at(FROM) as found:
        yield found


@pytest.fixture
def model(alice: User) -> TradingModel:
    for day in trading_days(date(2026, 10, 28), date(2026, 11, 30)):
        minutes(100, 101, day=day)
    days(*[100] * 24, first=date(2026, 10, 28))
    return model_make(alice, max_concurrent_runs=50)


def go_on(hands: Hands, until: datetime) -> None:
    """Let beat ask at every half hour, and a second before it, when nothing is due yet."""
    while hands.moment < until:
        next_half_hour = hands.moment + HALF_HOUR
        hands.move_to(next_half_hour - SECOND)
        assert schedules_fire() == 0
        hands.move_to(next_half_hour)
        schedules_fire()


def fired(schedule: Schedule) -> list[tuple[str, str]]:
    """When each fire came, and which session it started a run of."""
    found = ScheduleFire.objects.filter(schedule=schedule).order_by("fired_at").select_related("run")
    assert all(fire.state == "started" and not fire.is_late for fire in found), list(found)
    return [(f"{fire.fired_at:%m-%d %H:%M}", str(fire.run.date_to)[5:]) for fire in found if fire.run]


NOVEMBER = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25]
AFTER_CLOSE = [
    ("10-30 20:30", "10-30"),  # 16:30 in New York, by summer time
    *[(f"11-{day:02} 21:30", f"11-{day:02}") for day in NOVEMBER],
    ("11-27 18:30", "11-27"),  # half an hour after 13:00; none on Thanksgiving
    ("11-30 21:30", "11-30"),
]
BEFORE_OPEN = [
    ("10-30 13:00", "10-29"),
    ("11-02 14:00", "10-30"),
    *[(f"11-{day:02} 14:00", f"11-{before:02}") for before, day in pairwise(NOVEMBER)],
    ("11-27 14:00", "11-25"),
    ("11-30 14:00", "11-27"),
]
FRIDAYS = [
    ("10-30 22:30", "10-30"), ("11-06 23:30", "11-06"), ("11-13 23:30", "11-13"), ("11-20 23:30", "11-20"),
    ("11-27 23:30", "11-27"),
]  # fmt: skip
EXPECTED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"offset_minutes": 30}, AFTER_CLOSE),
    ({"subject": "yesterday", "anchor": "open", "offset_minutes": -30}, BEFORE_OPEN),
    ({"repeat": "weekdays", "weekdays": [4], "anchor": "clock", "clock": time(18, 30)}, FRIDAYS),
    (
        {"repeat": "month_last", "mode": "daily", "days": 3, "offset_minutes": 60},
        [("10-30 21:00", "10-30"), ("11-30 22:00", "11-30")],
    ),
    ({"repeat": "once", "once_on": date(2026, 11, 27), "offset_minutes": 0}, [("11-27 18:00", "11-27")]),
]


def test_weeks_of_schedules_over_a_clock_change_a_holiday_and_an_early_close(
    alice: User, model: TradingModel, hands: Hands, django_assert_num_queries: Any
) -> None:
    schedules = [schedule_make(alice, model, **fields) for fields, _ in EXPECTED]
    paused = schedule_make(alice, model)
    with acting_as(alice.pk):
        schedule_pause(alice, paused.pk)
    go_on(hands, TO)
    assert [fired(schedule) for schedule in schedules] == [expected for _, expected in EXPECTED]
    assert fired(paused) == []
    # One run of each fire, though every message came twice.
    assert Run.objects.count() == ScheduleFire.objects.count() == 21 + 21 + 5 + 2 + 1
    assert not Notification.objects.exists()
    daily = Run.objects.get(mode="daily", date_to=date(2026, 11, 30))
    assert daily.date_from == date(2026, 11, 25)  # three trading days, across Thanksgiving
    assert Schedule.objects.get(pk=schedules[-1].pk).is_over
    with django_assert_num_queries(1):
        assert schedules_fire() == 0
