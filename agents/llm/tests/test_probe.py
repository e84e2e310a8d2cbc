"""The Test button: real calls that find out whether and how an endpoint can be asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import FakeServer
from agents.llm.probe import endpoint_probe
from agents.llm.tests.asking import KEY
from profiles.llm.models import LLMEndpoint, LLMPrice
from profiles.llm.services import endpoint_create, spending_update
from reasoning.calls.models import LLMAttempt, LLMCall


def after_test(user: User, server: FakeServer, behaviour: str = "", **fields: Any) -> LLMEndpoint:
    server.state.behaviour = Behaviour.of(f"scripted:{behaviour}")
    endpoint = endpoint_create(user, **{"name": "Mine", "base_url": server.base_url, "key": KEY, **fields})
    endpoint_probe(user, endpoint.pk)
    endpoint.refresh_from_db()
    return endpoint


@pytest.mark.parametrize(
    ("behaviour", "mode", "calls"),
    [
        ("", "json_schema", 1),
        ("no_schema", "json_object", 2),
        ("no_json", "tool", 3),
        ("ignores_schema", "json_object", 2),
        ("ignores_json", "tool", 3),
        ("no_stream", "json_schema", 2),
    ],
)
def test_it_finds_the_way_to_json_and_remembers_it(
    alice: User, fakellm: FakeServer, behaviour: str, mode: str, calls: int
) -> None:
    endpoint = after_test(alice, fakellm, behaviour)
    result = endpoint.test_result
    assert (endpoint.test_state, result["structured_mode"], result["model"]) == ("passed", mode, "scripted")
    assert endpoint.structured_modes == {"scripted": mode}
    assert result["latency_ms"] >= 0
    assert result["input_tokens"] > 0
    assert result["cost"] is None, "nobody knows a price"
    assert fakellm.state.report()["calls"] == calls == LLMAttempt.objects.count()
    assert set(LLMCall.objects.values_list("purpose", flat=True)) == {"test"}


def test_it_fetches_the_models_where_none_is_typed(alice: User, fakellm: FakeServer) -> None:
    assert after_test(alice, fakellm).ai_models == ["scripted"]


def test_it_keeps_the_models_that_were_typed_and_asks_the_first(alice: User, fakellm: FakeServer) -> None:
    endpoint = after_test(alice, fakellm, ai_models=["scripted:no_schema", "scripted"])
    assert endpoint.ai_models == ["scripted:no_schema", "scripted"]
    assert endpoint.test_result["model"] == "scripted:no_schema"


def test_it_says_what_it_cost(alice: User, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(model="scripted", input_per_million=100, output_per_million=400)
    assert float(after_test(alice, fakellm).test_result["cost"]) > 0


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("unauthorised", "auth"),
        ("no_credit", "no_credit"),
        ("error", "provider_error"),
        ("no_json,no_tools", "no_json"),
        ("prose", "no_json"),
        ("empty", "no_json"),
    ],
)
def test_it_says_why_an_endpoint_does_not_work(
    alice: User, fakellm: FakeServer, behaviour: str, code: str
) -> None:
    endpoint = after_test(alice, fakellm, behaviour, ai_models=["scripted"])
    assert (endpoint.test_state, endpoint.test_result["code"]) == ("failed", code)
    assert endpoint.test_result["message"]
    assert KEY not in str(endpoint.test_result)


def test_nothing_at_the_address_is_said_so(alice: User, fakellm: FakeServer) -> None:
    endpoint = after_test(alice, fakellm, base_url="http://127.0.0.1:9/v1")
    assert (endpoint.test_state, endpoint.test_result["code"]) == ("failed", "unreachable")


def test_the_users_cap_of_the_day_holds_for_tests_too(alice: User, fakellm: FakeServer) -> None:
    spending_update(alice, calls_a_day=0)
    endpoint = after_test(alice, fakellm, ai_models=["scripted"])
    assert endpoint.test_result["code"] == "budget_day_calls"
    assert fakellm.state.report()["calls"] == 0


def test_the_button_calls_a_worker_and_the_list_follows(
    alice: User,
    alice_client: Client,
    fakellm: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    called: list[tuple[int, int]] = []
    monkeypatch.setattr("agents.llm.tasks.endpoint_probe.delay", lambda *ids: called.append(ids))
    endpoint = endpoint_create(alice, name="Mine", base_url=fakellm.base_url)
    with django_capture_on_commit_callbacks(execute=True):
        answer = alice_client.post(f"/endpoints/{endpoint.pk}/test/", follow=True)
    assert called == [(alice.pk, endpoint.pk)]
    assert f"/endpoints/{endpoint.pk}/tested/" in answer.text, "it asks again while the test runs"
    assert alice_client.post(f"/endpoints/{endpoint.pk}/test/").status_code == 409
    endpoint_probe(alice, endpoint.pk)
    part = alice_client.get(f"/endpoints/{endpoint.pk}/tested/").text
    assert "works" in part
    assert "hx-get" not in part
    assert "cost unknown" in part
