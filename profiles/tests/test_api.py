from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from core.errors import FORBIDDEN_MESSAGE
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make

MODELS = "/api/v1/models/"
PROFILE = "/api/v1/profile/"


@pytest.fixture
def alice_http(alice: User, api_client: APIClient) -> APIClient:
    """Logged in by session, as pages' own scripts are; row-level security holds."""
    api_client.force_login(alice)
    return api_client


def test_a_model_is_created_read_listed_and_changed(alice: User, alice_http: APIClient) -> None:
    made = alice_http.post(MODELS, {"name": "Gap", "initial_cash": "2500.50"})
    assert made.status_code == 201
    assert (made.data["slug"], made.data["initial_cash"]) == ("gap", "2500.50")
    url = f"{MODELS}{made.data['id']}/"
    changed = alice_http.patch(url, {"custom_rules": "Never at noon."})
    assert changed.status_code == 200
    assert {**changed.data, "custom_rules": "", "updated_at": ""} == {**made.data, "updated_at": ""}
    assert alice_http.get(url).data == changed.data
    assert [model["name"] for model in alice_http.get(MODELS).data["results"]] == ["Gap"]


def test_cloning_archiving_and_restoring(alice: User, alice_http: APIClient) -> None:
    model = trading_model_make(alice)
    url = f"{MODELS}{model.pk}/"
    assert alice_http.post(url + "clone/", {"name": "Twin"}).data["slug"] == "twin"
    assert alice_http.post(url + "clone/").data["name"] == "Momentum on SPY copy"
    assert alice_http.post(url + "archive/").data["archived_at"]
    assert alice_http.post(url + "archive/").json()["error"]["code"] == "conflict"
    assert len(alice_http.get(MODELS).data["results"]) == 2
    assert len(alice_http.get(MODELS + "?archived=true").data["results"]) == 1
    assert alice_http.post(url + "restore/").data["archived_at"] is None


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({}, "name", "1 to 100 characters, has 0"),
        ({"name": "Gap", "initial_cash": "-5"}, "initial_cash", "Found '-5'"),
        ({"name": "Gap", "initial_cash": "plenty"}, "initial_cash", "Found 'plenty'"),
        ({"name": "Gap", "trading_style": "yolo"}, "trading_style", "yolo"),
        ({"name": "Gap", "allowed_order_types": ["iceberg"]}, "allowed_order_types", "iceberg"),
        ({"name": "Gap", "decider": "oracle"}, "decider", "was 'oracle'"),
        ({"name": "Gap", "allow_shorting": True}, "allow_shorting", "needs a margin account"),
        ({"name": "Gap", "next_run_number": 5}, "next_run_number", "can't be set"),
        ({"name": "Gap\x00"}, "name", ""),
    ],
)
def test_bad_input_is_refused_in_words_and_changes_nothing(
    alice_http: APIClient, sent: dict[str, Any], field: str, words: str
) -> None:
    answer = alice_http.post(MODELS, sent)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert field in str(error["fields"])
    assert words in str(error["fields"])
    assert not TradingModel.objects.exists()


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "{"])
def test_a_body_that_is_no_object_is_refused(alice_http: APIClient, body: str) -> None:
    answer = alice_http.post(MODELS, body, content_type="application/json")
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_the_profile_is_read_and_changed_in_part(alice_http: APIClient) -> None:
    assert alice_http.get(PROFILE).data["max_open_positions"] == 5
    changed = alice_http.patch(PROFILE, {"max_open_positions": 3, "trading_hours_end": "15:30"})
    assert (changed.data["max_open_positions"], changed.data["trading_hours_end"]) == (3, "15:30:00")
    assert changed.data["max_position_size_percent"] == "20.00"
    refused = alice_http.patch(PROFILE, {"trading_hours_start": "15:45"})
    assert refused.status_code == 400
    assert "end after 15:45, was 15:30" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "tail"),
    [("get", ""), ("patch", ""), ("post", "clone/"), ("post", "archive/"), ("post", "restore/")],
)
def test_a_strangers_model_is_forbidden_like_an_absent_one(
    alice: User, charlie: User, api_client: APIClient, method: str, tail: str
) -> None:
    model = trading_model_make(alice)
    api_client.force_login(charlie)
    bodies = []
    for model_id in (model.pk, model.pk + 1000):
        answer = getattr(api_client, method)(f"{MODELS}{model_id}/{tail}", {"initial_cash": "x"})
        assert answer.status_code == 403
        bodies.append(answer.json())
    assert bodies[0] == bodies[1]
    assert bodies[0]["error"]["message"] == FORBIDDEN_MESSAGE
    assert api_client.get(MODELS).data["results"] == []


@pytest.mark.parametrize("url", [MODELS, PROFILE, f"{MODELS}1/"])
def test_nobody_logged_in_gets_403(db: None, api_client: APIClient, url: str) -> None:
    answer = api_client.get(url)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"


def test_money_is_sent_as_text(alice: User, alice_http: APIClient) -> None:
    model = trading_model_make(alice, initial_cash=Decimal("0.10"))
    assert alice_http.get(f"{MODELS}{model.pk}/").json()["initial_cash"] == "0.10"
