"""Where a quote is shown: on the form as it changes, over the API, on the command line."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from agents.llm.fake.server import FakeServer
from agents.tests.quoted import CALLS, watcher_make
from agents.tests.world import DAY
from profiles.models import TradingModel
from runs.models import Run


@pytest.fixture
def model(alice: User, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch) -> TradingModel:
    monkeypatch.setattr("agents.tasks.run_advance_asking.delay", lambda *ids: None)
    return watcher_make(alice, fakellm)


def form_of(model: TradingModel, **changes: Any) -> dict[str, Any]:
    sent = {
        "symbols": "TEST",
        "date_from": str(DAY),
        "session": "regular",
        "decider": "llm",
        "mode": "intraday",
        "param_endpoint": "",
        "param_bars_shown": "10",
        "param_every": "1",
        "param_analysis_every": "20",
        "param_plan": "on",
        "param_reflection": "on",
        "param_on_fill": "on",
        "param_on_event": "on",
        "idempotency_key": "once",
    }
    return sent | changes


def test_the_form_shows_it_as_it_changes(alice_client: Client, model: TradingModel) -> None:
    page = alice_client.get(f"/models/{model.pk}/").content.decode()
    url = f"/models/{model.pk}/start/quote/"
    assert f'hx-post="{url}" hx-trigger="load, change from:closest form delay:300ms"' in page
    shown = alice_client.post(url, form_of(model)).content.decode()
    assert f">{CALLS}<" in shown
    assert ">unknown<" in shown
    assert "$0" not in shown
    assert "Nobody knows what scripted costs" in shown
    capped = alice_client.post(url, form_of(model, budget_calls="11")).content.decode()
    assert "It would pause at its cap of 11 calls" in capped
    assert alice_client.post(url, form_of(model, decider="hold")).content.decode().strip() == ""
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbols": ""}, "Symbols: This field is required, unless all that have data are traded."),
        ({"param_bars_shown": "2"}, "greater than or equal to 5"),
        ({"param_parameters": "temperature = 5"}, "temperature should be a number from 0 to 2, was 5."),
        ({"param_parameters": "temperature"}, "Write each parameter as name = value"),
        ({"budget_cost": "-1"}, "The budget of cost should be an amount in dollars"),
    ],
)
def test_what_is_missing_for_it_stands_in_its_place(
    alice_client: Client, model: TradingModel, changes: dict[str, str], words: str
) -> None:
    shown = alice_client.post(f"/models/{model.pk}/start/quote/", form_of(model, **changes))
    assert shown.status_code == 200
    assert f"No estimate yet. {words}" in shown.content.decode() or words in shown.content.decode()


def test_without_javascript_a_button_asks_for_it_and_keeps_what_was_typed(
    alice_client: Client, model: TradingModel
) -> None:
    page = alice_client.post(f"/models/{model.pk}/start/", form_of(model, estimate="1", budget_calls="77"))
    text = page.content.decode()
    assert "<!doctype html>" in text
    assert f">{CALLS}<" in text
    assert 'name="budget_calls" value="77"' in text
    assert not Run.objects.exists()


def test_parameters_typed_in_the_form_go_out(
    alice_client: Client, model: TradingModel, django_capture_on_commit_callbacks: Any
) -> None:
    typed = form_of(model, param_parameters="temperature = 0.4\nmax_tokens = 500", param_plan="")
    with django_capture_on_commit_callbacks(execute=True):
        assert alice_client.post(f"/models/{model.pk}/start/", typed).status_code == 302
    params = Run.objects.get().decider_params
    assert params["sent"] == params["parameters"] == {"temperature": 0.4, "max_tokens": 500}
    assert (params["plan"], params["reflection"]) == (False, True), "a box that is not ticked is off"
    page = alice_client.get(f"/models/{model.pk}/start/?like=1").content.decode()
    assert "temperature = 0.4" in page
    assert "param_sent" not in page


def test_the_api_quotes_and_strangers_get_nothing(
    api_client: APIClient, alice: User, charlie_client: Client, model: TradingModel
) -> None:
    api_client.force_login(alice)
    sent = {"symbols": ["TEST"], "date_from": str(DAY), "budget": {"calls": 11}}
    found = api_client.post(f"/api/v1/models/{model.pk}/runs/quote/", sent, format="json")
    assert found.status_code == 200
    assert (found.data["calls"], found.data["cost"], found.data["ai_model"]) == (CALLS, None, "scripted")
    assert found.data["pauses"] == ["It would pause at its cap of 11 calls about 33% of the way."]
    free = api_client.post(
        f"/api/v1/models/{model.pk}/runs/quote/", sent | {"decider": "hold"}, format="json"
    )
    assert (free.data["calls"], free.data["cost"]) == (0, "0")
    bad = api_client.post(
        f"/api/v1/models/{model.pk}/runs/quote/", sent | {"symbols": ["NOPE"]}, format="json"
    )
    assert bad.status_code == 400
    assert charlie_client.post(f"/models/{model.pk}/start/quote/", form_of(model)).status_code == 403
    assert charlie_client.post(f"/api/v1/models/{model.pk}/runs/quote/", sent).status_code == 403
    assert not Run.objects.exists()


def test_a_cap_that_is_misspelled_is_refused_instead_of_being_none(
    api_client: APIClient, alice: User, model: TradingModel
) -> None:
    api_client.force_login(alice)
    sent = {"symbols": ["TEST"], "date_from": str(DAY), "budget": {"call": 11}}
    for url in (f"/api/v1/models/{model.pk}/runs/quote/", f"/api/v1/models/{model.pk}/runs/"):
        refused = api_client.post(url, sent, format="json")
        assert refused.status_code == 400
        assert "There is no field call to set. There are: calls, cost" in refused.json()["error"]["message"]
    assert not Run.objects.exists()


def test_the_command_line_quotes_too(model: TradingModel) -> None:
    output = StringIO()
    options = {"model": "Watcher", "symbol": "TEST", "date": DAY.isoformat(), "quote": True}
    call_command("trade", stdout=output, budget=["calls=11"], **options)
    assert f"{CALLS} calls" in output.getvalue()
    assert "cost unknown" in output.getvalue()
    assert "its cap of 11 calls" in output.getvalue()
    output = StringIO()
    call_command("trade", stdout=output, json=True, **options)
    assert json.loads(output.getvalue())["calls"] == CALLS
    assert not Run.objects.exists()
