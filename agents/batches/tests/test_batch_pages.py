"""Pages and API of batches."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from agents.batches.models import Batch
from agents.tests.tape import days, minutes, trade, trader, wish
from agents.tests.world import DAY
from runs.models import Run


@pytest.fixture(autouse=True)
def _nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.tasks.run_advance.delay", lambda *ids: None)


@pytest.fixture
def run(alice: User) -> Run:
    minutes(*[100] * 6)
    return trade(alice, trader(alice), {2: [wish("buy", 10)]})


def url_of(run: Run) -> str:
    return f"/models/{run.model_id}/r/{run.number}/vary/"


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_form_offers_every_setting_and_the_days_that_have_bars(alice_client: Client, run: Run) -> None:
    page = text_of(alice_client, url_of(run))
    for words in (
        '<optgroup label="Decider">',
        'value="execution.fees">Fees (now None)',
        'value="model.initial_cash">initial cash (now 10000.00)',
        "Tue 10 Mar 2026",
    ):
        assert words in page, words
    assert re.search(rf'value="{DAY}"[^>]* checked', page)
    assert url_of(run) in text_of(alice_client, f"/models/{run.model_id}/r/{run.number}/")


def test_a_batch_is_made_and_shown(alice_client: Client, run: Run) -> None:
    sent = {"field": "model.initial_cash", "value": "5000", "days": [str(DAY)], "key": "k"}
    response = alice_client.post(url_of(run), sent)
    batch = Batch.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/batches/{batch.pk}/")
    page = text_of(alice_client, response["Location"])
    for words in (
        "Run 1 again",
        "Model: initial cash 5000 instead of 10000.00",
        "Run 2",
        'hx-trigger="live from:body',
    ):
        assert words in page
    assert f"/batches/{batch.pk}/" in text_of(alice_client, f"/models/{run.model_id}/")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"field": "model.initial_cash", "value": "-1"}, "above $0"),
        ({"field": "", "value": "5"}, "Say what is to be changed"),
        ({"field": "model.slug", "value": "5"}, "Select a valid choice"),
        ({"days": ["2020-01-01"]}, "Select a valid choice"),
        ({"days": []}, "This field is required"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    alice_client: Client, run: Run, sent: dict[str, Any], words: str
) -> None:
    response = alice_client.post(url_of(run), {"days": [str(DAY)], "key": "k", **sent})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Batch.objects.exists()


def test_a_daily_run_takes_ranges(alice: User, alice_client: Client) -> None:
    first, *_, last = days(*[100] * 8)
    run = trade(alice, trader(alice), {2: [wish("buy", 10)]}, mode="daily", date_from=first, date_to=last)
    assert f"{first}..{last}" in text_of(alice_client, url_of(run))
    good = alice_client.post(url_of(run), {"days": f"{first}..{last}\n{first}", "key": "k"})
    assert good.status_code == 302
    assert Batch.objects.get().items.count() == 2
    for wrong, words in (("soon", "A range should look like"), (f"{last}..{first}", "is before the first")):
        page = alice_client.post(url_of(run), {"days": wrong, "key": "other"})
        assert page.status_code == 422
        assert words in page.content.decode()


def test_a_batch_is_stopped(alice_client: Client, run: Run) -> None:
    alice_client.post(url_of(run), {"days": [str(DAY)], "key": "k"})
    batch = Batch.objects.get()
    alice_client.post(f"/batches/{batch.pk}/stop/")
    page = text_of(alice_client, f"/batches/{batch.pk}/")
    assert "Stopped; nothing more is started." in page
    assert "hx-trigger" not in page.split('id="batch"')[1].split(">")[0]


def test_programs_make_watch_and_stop_batches(alice: User, api_client: APIClient, run: Run) -> None:
    api_client.force_login(alice)
    body = {"change": {"field": "model.initial_cash", "value": "5000"}, "days": [{"date_from": str(DAY)}]}
    url, key = f"/api/v1/runs/{run.pk}/vary/", {"Idempotency-Key": "k"}
    first = api_client.post(url, body, format="json", headers=key)
    again = api_client.post(url, body, format="json", headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    found = first.json()
    assert (found["total"], found["items"][0]["state"], found["source"]) == (1, "queued", run.pk)
    one = f"/api/v1/batches/{found['id']}/"
    assert api_client.get(one).json() == found
    assert api_client.post(f"{one}stop/").json()["items"][0]["state"] == "stopped"
    refused = api_client.post(url, {"change": {"field": "x", "value": ""}}, format="json")
    assert (refused.status_code, "no setting" in refused.json()["error"]["message"]) == (400, True)


def test_a_stranger_gets_nowhere(
    alice_client: Client, charlie: User, charlie_client: Client, api_client: APIClient, run: Run
) -> None:
    alice_client.post(url_of(run), {"days": [str(DAY)], "key": "k"})
    batch = Batch.objects.get()
    api_client.force_login(charlie)
    for client, path in (
        (charlie_client, url_of(run)),
        (charlie_client, f"/batches/{batch.pk}/"),
        (api_client, f"/api/v1/batches/{batch.pk}/"),
    ):
        assert client.get(path).status_code == 403
    for client, path in (
        (charlie_client, url_of(run)),
        (charlie_client, f"/batches/{batch.pk}/stop/"),
        (api_client, f"/api/v1/batches/{batch.pk}/stop/"),
        (api_client, f"/api/v1/runs/{run.pk}/vary/"),
    ):
        assert client.post(path).status_code == 403
    assert Batch.objects.count() == 1
    assert Batch.objects.get().stopped_at is None
