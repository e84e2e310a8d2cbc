"""What monitoring hears of schedules is what happened to their fires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from agents.schedules.firing import schedule_fire, schedule_run_now
from agents.schedules.models import Schedule
from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import minutes
from agents.tests.world import model_make
from core import clock
from core.clock import Hands
from core.metrics import exposition
from core.rls import acting_as
from market.calendar import trading_days
from market.models import Instrument
from profiles.models import TradingModel

NOW, DUE = at("2026-03-10 18:00"), at("2026-03-10 20:30")


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    with clock.standing_at(NOW) as found:
        yield found


@pytest.fixture
def model(alice: User) -> TradingModel:
    for day in trading_days(date(2026, 3, 9), date(2026, 3, 11)):
        minutes(100, 101, day=day)
    return model_make(alice, max_concurrent_runs=20)


def measured() -> dict[str, float]:
    lines = [line for line in exposition().decode().splitlines() if line.startswith("tradelab_schedule")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def fire(schedule: Schedule) -> None:
    with acting_as(schedule.user_id):
        schedule_fire(User(pk=schedule.user_id), schedule.pk)


def fates(found: dict[str, float]) -> dict[str, float]:
    return {
        name: found[f'tradelab_schedule_fires{{fate="{name}"}}']
        for name in ("started", "waiting", "missed", "late")
    }


def test_before_the_first_fire_there_is_no_lateness(alice: User, model: TradingModel, hands: Hands) -> None:
    schedule_make(alice, model)
    found = measured()
    assert found["tradelab_schedules_due"] == 0
    assert "tradelab_schedule_lateness_seconds" not in found
    assert fates(found) == {"started": 0, "waiting": 0, "missed": 0, "late": 0}


def test_due_late_waiting_and_missed_are_told_apart(alice: User, model: TradingModel, hands: Hands) -> None:
    Instrument.objects.create(symbol="QUIET", name="Without a bar")
    punctual, tardy, strict, empty = (
        schedule_make(alice, model),
        schedule_make(alice, model),
        schedule_make(alice, model, missed="skip"),
        schedule_make(alice, model, symbols=["QUIET"]),
    )
    hands.move_to(DUE + timedelta(seconds=12))
    assert measured()["tradelab_schedules_due"] == 4
    fire(punctual)
    fire(empty)
    found = measured()
    assert (found["tradelab_schedules_due"], found["tradelab_schedule_lateness_seconds"]) == (
        2,
        12,
    )
    assert fates(found) == {"started": 1, "waiting": 1, "missed": 0, "late": 0}
    hands.move_to(DUE + timedelta(minutes=10))
    fire(tardy)
    fire(strict)
    found = measured()
    assert (found["tradelab_schedules_due"], found["tradelab_schedule_lateness_seconds"]) == (0, 600)
    assert fates(found) == {"started": 2, "waiting": 1, "missed": 1, "late": 2}
    with acting_as(alice.pk):
        schedule_run_now(alice, strict.pk)
    assert measured()["tradelab_schedule_lateness_seconds"] == 600, "who presses a button is never late"
    hands.move_to(DUE + timedelta(days=1, hours=1))
    assert fates(measured()) == {"started": 0, "waiting": 0, "missed": 0, "late": 0}
