"""Starting a live run from the form and over the API, and what it says where that can't be."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from agents.live.tests.world import CLOSE, Tape, at, market_day
from agents.tests.world import DAY, model_make
from profiles.models import TradingModel
from runs.models import LiveSession, Run


@pytest.fixture
def model(alice: User) -> TradingModel:
    return model_make(alice)


def test_the_form_starts_a_live_run_on_the_feed_that_is_chosen(
    alice_client: Client, model: TradingModel
) -> None:
    with market_day(Tape(), now=at(5)):
        url = reverse("agents:run-start", args=[model.pk])
        page = alice_client.get(url).content.decode()
        assert '<option value="played">Live from Played</option>' in page
        sent: dict[str, Any] = {
            "symbols": "TEST",
            "date_from": str(DAY),
            "session": "regular",
            "mode": "intraday",
            "decider": "hold",
            "feed": "played",
            "universe": "chosen",
            "idempotency_key": "once",
        }
        answer = alice_client.post(url, sent)
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.get()
    assert (run.feed, run.is_live, run.date_from) == ("played", True, DAY)
    assert run.snapshot["live"]["feed"] == "played"
    assert LiveSession.objects.get(run=run).joined_at == at(5)


def test_the_api_starts_one_and_says_when_that_is_over(
    api_client: APIClient, alice: User, model: TradingModel
) -> None:
    api_client.force_login(alice)
    url = reverse("api-model-runs", args=[model.pk])
    sent = {"symbols": ["TEST"], "date_from": str(DAY), "decider": "hold", "feed": "played"}
    with market_day(Tape(), now=at(5)) as hands:
        started = api_client.post(url, sent)
        hands.move_to(CLOSE)
        refused = api_client.post(url, sent)
    assert (started.status_code, started.json()["feed"]) == (201, "played")
    assert refused.status_code == 400
    assert "closed at 16:00 New York time" in str(refused.json())
    assert Run.objects.count() == 1
