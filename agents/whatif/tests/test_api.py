"""What-ifs and the prices of rules over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.earned.compute import report_make
from profiles.tokens.services import token_create
from runs.models import Run


@pytest.fixture
def reader(alice: User, api_client: APIClient) -> APIClient:
    """Alice by a token that may only read."""
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_create(alice, name='reader')[1]}")
    return api_client


def asked(client: APIClient, run: Run, body: Any, status: int = 200) -> Any:
    response = client.post(f"/api/v1/runs/{run.pk}/what-if/", body, format="json")
    assert response.status_code == status, response.content
    return response.json()


def test_a_what_if_may_be_asked_by_whoever_may_read(reader: APIClient, denied_run: Run) -> None:
    found = asked(reader, denied_run, {"without": ["gate: position size"]})
    assert (float(found["difference"]), found["label"]) == (600, "same decisions, other rules")
    assert [item["wish"] for item in found["passed_now"]] == ["buy 60 TEST"]
    assert len(found["what_if"]["fills"]) == 2


def test_rules_and_costs_are_put_in(reader: APIClient, denied_run: Run) -> None:
    rule = {"kind": "max_position_percent", "params": {"percent": 5}, "name": "Small"}
    found = asked(
        reader,
        denied_run,
        {"rules": [rule], "execution": {"fee_per_trade": "1", "decision_delay_seconds": "60"}},
    )
    assert found["words"].startswith("with the rule 'Small'; fees none; decision delay, seconds 60 s")
    assert [item["wish"] for item in found["denied_now"]] == ["buy 20 TEST"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Say what is to be different"),
        ({"with": []}, "with"),
        ({"without": ["Cap"]}, "This run has no rule 'Cap'"),
        ({"rules": [{"kind": "luck", "params": {}}]}, "Kind should be one of"),
        ({"execution": {"leverage": "4"}}, "leverage is not set here"),
        ([], "Invalid data"),
    ],
)
def test_nonsense_is_refused_in_words(reader: APIClient, denied_run: Run, body: Any, words: str) -> None:
    assert words in asked(reader, denied_run, body, status=400)["error"]["message"]


def test_prices_are_asked_for_and_read(alice: User, api_client: APIClient, denied_run: Run) -> None:
    api_client.force_login(alice)
    url = f"/api/v1/runs/{denied_run.pk}/earned/"
    assert api_client.get(url).json()["state"] == "none"
    assert (api_client.post(url).status_code, api_client.get(url).json()["state"]) == (202, "queued")
    report_make(alice.pk, denied_run.pk)
    found = api_client.get(url).json()
    assert (found["state"], float(found["final_equity"])) == ("done", 10_200)
    assert [(row["name"], float(row["earned"])) for row in found["rows"]] == [("position size", -600)]


def test_a_token_that_may_only_read_asks_for_no_work(reader: APIClient, denied_run: Run) -> None:
    assert reader.post(f"/api/v1/runs/{denied_run.pk}/earned/").status_code == 403


def test_a_stranger_learns_nothing(charlie: User, api_client: APIClient, denied_run: Run) -> None:
    api_client.force_login(charlie)
    asked(api_client, denied_run, {"without": ["gate: position size"]}, status=403)
    for method in (api_client.get, api_client.post):
        assert method(f"/api/v1/runs/{denied_run.pk}/earned/").status_code == 403
