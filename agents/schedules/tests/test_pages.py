"""Pages of schedules: made, changed, paused, run at once and deleted by their owner, invisible to anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.schedules.models import Schedule
from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import minutes
from agents.tests.test_run_page import text_of
from agents.tests.world import model_make
from core import clock
from profiles.models import TradingModel
from runs.models import Run

DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    with clock.standing_at(at("2026-03-10 21:00")):
        yield


@pytest.fixture
def model(alice: User) -> TradingModel:
    minutes(100, 101, day=DAY)
    return model_make(alice, decider="hold")


def sent(**fields: Any) -> dict[str, Any]:
    return {
        "name": "After the close", "symbols": "TEST", "repeat": "day", "subject": "today", "anchor": "close", "minutes": "30",
        "side": "after", "missed": "late", "mode": "intraday", "session": "regular", "universe": "chosen", "decider": "hold",
        **fields,
    }  # fmt: skip


def test_a_schedule_is_made_and_shows_its_next_three_fires(alice_client: Client, model: TradingModel) -> None:
    answer = alice_client.post(f"/models/{model.pk}/schedules/new/", sent())
    schedule = Schedule.objects.get()
    assert answer.headers["Location"] == f"/schedules/{schedule.pk}/"
    shown = text_of(alice_client, f"/schedules/{schedule.pk}/")
    assert "Every trading day" in shown
    assert "30 min after the close" in shown
    # Three fires by summer time, the first on Wednesday 11 March 2026.
    for moment in ("2026-03-11T20:30", "2026-03-12T20:30", "2026-03-13T20:30"):
        assert f'datetime="{moment}' in shown
    assert "2026-03-16T" not in shown
    for page in ("/schedules/", f"/models/{model.pk}/"):
        assert "After the close" in text_of(alice_client, page)


def test_what_is_wrong_stands_at_its_field_and_keeps_what_was_typed(
    alice_client: Client, model: TradingModel
) -> None:
    answer = alice_client.post(f"/models/{model.pk}/schedules/new/", sent(repeat="weekdays", name="Fridays"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose at least one weekday" in page
    assert 'value="Fridays"' in page
    assert not Schedule.objects.exists()


def test_a_symbol_that_nobody_has_brought_is_refused_with_a_way_to_bring_it(
    alice_client: Client, model: TradingModel
) -> None:
    answer = alice_client.post(f"/models/{model.pk}/schedules/new/", sent(symbols="TEST, NEW"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "NEW is unknown" in page
    assert 'href="/downloads/new/?symbols=TEST%2C%20NEW"' in page
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "shown", "hidden"),
    [
        ({"repeat": "weekdays"}, 'name="weekdays"', 'name="once_on"'),
        ({"repeat": "once"}, 'name="once_on"', 'name="weekdays"'),
        ({"anchor": "clock"}, 'name="clock"', 'name="minutes"'),
        ({"mode": "daily"}, 'name="days"', 'name="session"'),
        ({"universe": "all"}, 'name="universe"', 'name="symbols"'),
        ({"subject": "live"}, 'name="feed"', 'name="days"'),
        ({"decider": "sma_cross"}, 'name="param_fast"', 'name="days"'),
    ],
)
def test_the_form_asks_for_what_belongs_to_what_is_chosen(
    alice_client: Client, model: TradingModel, chosen: dict[str, str], shown: str, hidden: str
) -> None:
    answer = alice_client.post(f"/models/{model.pk}/schedules/new/", sent(**chosen, fill="1"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert shown in page
    assert hidden not in page
    assert not Schedule.objects.exists()


def test_a_schedule_is_changed_with_everything_it_had(
    alice: User, alice_client: Client, model: TradingModel
) -> None:
    schedule = schedule_make(
        alice, model, decider="sma_cross", decider_params={"fast": 7}, repeat="weekdays", weekdays=[0, 4],
        offset_minutes=45,
    )  # fmt: skip
    page = text_of(alice_client, f"/schedules/{schedule.pk}/edit/")
    for words in ('value="45"', 'name="param_fast" value="7"', 'value="4" class'):
        assert words in page or 'value="4"' in page
    fields = sent(anchor="open", minutes="15", side="before", subject="yesterday", name="Early")
    assert alice_client.post(f"/schedules/{schedule.pk}/edit/", fields).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.name, schedule.offset_minutes, schedule.weekdays) == ("Early", -15, [])
    assert schedule.next_fire_at == at("2026-03-11 13:15")


def test_pause_resume_run_now_and_delete(alice: User, alice_client: Client, model: TradingModel) -> None:
    schedule = schedule_make(alice, model)
    own = f"/schedules/{schedule.pk}/"
    alice_client.post(f"{own}pause/")
    assert "None while it is paused" in text_of(alice_client, own)
    alice_client.post(f"{own}pause/", {"resume": "1"})
    for _ in range(2):
        alice_client.post(f"{own}run/")
    run = Run.objects.get()
    shown = text_of(alice_client, own)
    assert f"The session of 2026-03-10 is run {run.number}" in shown
    assert "by hand" in shown
    assert "Delete “Daily”?" in text_of(alice_client, f"{own}delete/")
    assert alice_client.post(f"{own}delete/").headers["Location"] == f"/models/{model.pk}/"
    assert not Schedule.objects.exists()
    assert Run.objects.count() == 1


def test_a_stranger_meets_nothing(charlie_client: Client, alice: User, model: TradingModel) -> None:
    schedule = schedule_make(alice, model)
    for path in ("", "edit/", "delete/"):
        assert charlie_client.get(f"/schedules/{schedule.pk}/{path}").status_code == 403
    for path in ("pause/", "run/", "delete/", "edit/"):
        assert charlie_client.post(f"/schedules/{schedule.pk}/{path}", sent()).status_code == 403
    assert charlie_client.get(f"/models/{model.pk}/schedules/new/").status_code == 403
    assert "Daily" not in text_of(charlie_client, "/schedules/")


def test_any_number_of_schedules_costs_the_same(
    alice: User, alice_client: Client, model: TradingModel, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        schedule_make(alice, model, name=f"Number {number}")
    with django_assert_max_num_queries(12):
        assert "Number 5" in text_of(alice_client, "/schedules/")
