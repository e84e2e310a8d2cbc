"""Schedules over the API, and in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from agents.schedules.models import Schedule
from agents.schedules.tests.world import at, schedule_make
from agents.tests.tape import minutes
from agents.tests.world import model_make
from core import clock
from profiles.models import TradingModel


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    with clock.standing_at(at("2026-03-10 21:00")):
        yield


@pytest.fixture
def model(alice: User) -> TradingModel:
    minutes(100, 101, day=date(2026, 3, 10))
    return model_make(alice, decider="hold")


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client


def call(api: APIClient, verb: str, path: str, status: int, **body: Any) -> dict[str, Any]:
    answer = getattr(api, verb)(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else {}


def test_a_schedule_from_its_making_to_its_end(api: APIClient, model: TradingModel) -> None:
    made = call(api, "post", f"models/{model.pk}/schedules/", 201, name="Daily", symbols=["TEST"])
    assert (made["state"], made["decider"], made["offset_minutes"]) == ("on", "hold", 30)
    assert [datetime.fromisoformat(each["at"]) for each in made["next_fires"]] == [
        at("2026-03-11 20:30"), at("2026-03-12 20:30"), at("2026-03-13 20:30"),
    ]  # fmt: skip
    own = f"schedules/{made['id']}/"
    first = call(api, "post", f"{own}run/", 200)
    assert (first["session_day"], first["state"], first["is_by_hand"]) == ("2026-03-10", "started", True)
    assert call(api, "post", f"{own}run/", 200)["run"] == first["run"]
    assert call(api, "post", f"{own}pause/", 200)["next_fires"] == []
    resumed = call(api, "post", f"{own}resume/", 200)
    assert (resumed["state"], resumed["last_fire"]["run"]) == ("on", first["run"])
    changed = call(api, "put", own, 200, name="Fridays", symbols=["TEST"], repeat="weekdays", weekdays=[4])
    assert datetime.fromisoformat(changed["next_fires"][0]["at"]) == at("2026-03-13 20:30")
    assert [row["name"] for row in call(api, "get", "schedules/", 200)["results"]] == ["Fridays"]
    assert len(call(api, "get", f"{own}fires/", 200)["results"]) == 1
    call(api, "delete", own, 204)
    assert call(api, "get", "schedules/", 200)["results"] == []


def test_what_is_wrong_is_said_at_its_field(api: APIClient, model: TradingModel) -> None:
    path = f"models/{model.pk}/schedules/"
    refused = call(api, "post", path, 400, name="x", symbols=["TEST"], repeat="weekdays")
    assert "weekdays" in refused["error"]["fields"]
    assert "evry" in call(api, "post", path, 400, name="x", symbols=["TEST"], evry="day")["error"]["message"]
    assert not Schedule.objects.exists()


def test_staff_look_at_all_schedules_pause_them_and_let_them_go_on(
    alice: User, charlie: User, charlie_client: Client, model: TradingModel
) -> None:
    schedule = schedule_make(alice, model, name="Seen by staff")
    charlie.is_staff = charlie.is_superuser = True
    charlie.save()
    listed = reverse("admin:agents_schedule_changelist")
    assert b"Seen by staff" in charlie_client.get(listed).content
    for action, is_paused in (("pause", True), ("resume", False)):
        charlie_client.post(listed, {"action": action, "_selected_action": [schedule.pk]})
        schedule.refresh_from_db()
        assert schedule.is_paused is is_paused
    assert charlie_client.get(reverse("admin:agents_schedulefire_changelist")).status_code == 200
