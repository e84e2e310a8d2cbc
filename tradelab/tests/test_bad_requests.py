"""Whatever a program or a browser sends is answered with what was found and what is wanted, never with a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from agents.tests.factories import finished_run
from runs.models import Run

HUGE = "9" * 5000


@pytest.fixture
def run(alice: User) -> Run:
    return finished_run(alice, steps=30)


def post(browser: Client, url: str, body: bytes) -> Any:
    return browser.post(url, body, content_type="application/json")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b'{"name": "\\udfff"}', "surrogate"),
        (b'{"name": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}', "at most 2,621,440 bytes"),
        (b'{"name": NaN}', "JSON parse error"),
        (b'{"name": ' + HUGE.encode() + b"}", "JSON parse error"),
        (b"\xff\xfe", "JSON parse error"),
        (b'{"name": "a\\u0000b"}', "Null characters"),
        (b"null", "No data provided"),
        (b"[]", "Expected a dictionary"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_cannot_be_read_says_why(alice_client: Client, body: bytes, wanted: str) -> None:
    answer = post(alice_client, "/api/v1/models/", body)
    assert answer.status_code == 400
    assert wanted in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "x" * 100_000},
        {"name": "x", "trading_style": "x" * 100_000},
        {"name": "x", "allowed_order_types": ["x"] * 3000},
        {f"field {number}": 1 for number in range(3000)},
        {"x" * 100_000: 1},
    ],
    ids=lambda sent: str(sent)[:30],
)
def test_an_error_does_not_send_everything_back(alice_client: Client, sent: dict[str, Any]) -> None:
    answer = post(alice_client, "/api/v1/models/", json.dumps(sent).encode())
    assert answer.status_code == 400
    assert 0 < len(answer.content) < 70_000


def test_numbers_and_days_beyond_all_bounds_are_refused_or_find_nothing(
    run: Run, alice_client: Client
) -> None:
    symbol, run_url = run.symbols[0], f"/api/v1/runs/{run.pk}"
    for url in (
        f"/api/v1/compare/?runs={HUGE},1",
        f"/compare/?runs={HUGE}",
        f"{run_url}/events/?after={HUGE}",
        f"/models/{run.model_id}/r/{run.number}/?step={HUGE}",
    ):
        answer = alice_client.get(url)
        assert answer.status_code == 400, url
        assert b"99999" in answer.content
        assert len(answer.content) < 30_000
    for url in (
        "/api/v1/instruments/?q=%00",
        f"/api/v1/instruments/{symbol}/bars/?start=9999-12-31T00:00Z",
        f"/api/v1/instruments/{symbol}/bars/?start=1900-01-01T00:00Z",
    ):
        assert alice_client.get(url).status_code == 200, url
    for tool in ("get_bars", "get_reasoning"):
        asked = {"run_id": run.pk, "time_from": "0001-01-01", "time_to": "9999-12-31"}
        answer = alice_client.post(f"/api/v1/tools/{tool}/", asked, content_type="application/json")
        assert answer.status_code == 200, tool


def test_forms_take_no_number_beyond_all_bounds(alice_client: Client) -> None:
    assert alice_client.post("/notifications/read/", {"notification": HUGE}).status_code == 302


def test_a_visit_to_an_address_of_forms_says_so(alice_client: Client, run: Run) -> None:
    address = f"/models/{run.model_id}/r/{run.number}/again/"
    answer = alice_client.get(address)
    assert answer.status_code == 405
    assert "nothing was changed" in answer.content.decode()
    assert "nothing was changed" not in alice_client.put(address).content.decode()


@pytest.mark.parametrize(
    "text", ["[" * 1_900, '{"a":' * 350, "NaN", "[1e400]", "9" * 1_900, '"\\ud800"', '"\\u0000"']
)
def test_json_in_a_form_is_read_or_refused(run: Run, alice_client: Client, text: str) -> None:
    parameters = {"name": "x", "base_url": "http://127.0.0.1:9/v1", "parameters": f"stop = {text}"}
    assert alice_client.post("/endpoints/new/", parameters).status_code == 422
    model = {"name": "x", "model_parameters": f"stop = {text}"}
    assert alice_client.post("/models/new/", model).status_code == 422
    changed = {"field": "model.model_parameters", "value": text, "days": "2026-03-11"}
    answer = alice_client.post(f"/models/{run.model_id}/r/{run.number}/vary/", changed)
    assert answer.status_code == 422
