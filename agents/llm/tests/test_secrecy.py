"""The key goes to the endpoint and nowhere else; nobody is asked who may not be."""

from __future__ import annotations

import json
import logging

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.llm.fake.server import FakeServer
from agents.llm.tests.asking import KEY, ask_of, journal_at
from agents.llm.types import Failure, ProviderDown
from core.errors import Forbidden
from core.rls import acting_as
from profiles.llm.models import LLMEndpoint
from reasoning.calls.models import LLMAttempt, LLMCall
from reasoning.calls.selectors import (
    access_call,
)
from runs.models import Run


@pytest.mark.parametrize("behaviour", ["", "unauthorised", "error", "drop"])
def test_the_key_is_sent_to_the_endpoint_and_stands_nowhere_else(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    journal = journal_at(fakellm, alice, behaviour, run=run)
    said = repr(journal) + repr(journal.endpoint)
    with caplog.at_level(logging.DEBUG):
        try:
            said += repr(journal.ask(ask_of()))
        except ProviderDown as down:
            said += repr(down) + str(down) + repr(down.__context__)
    assert fakellm.state.headers[0]["authorization"] == f"Bearer {KEY}"
    rows = [*LLMCall.objects.values(), *LLMAttempt.objects.values()]
    assert KEY not in said + caplog.text + str(rows) + json.dumps(list(fakellm.state.requests))


def test_our_own_environment_stays_ours(
    alice: User, run: Run, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "the-operators-own")
    journal_at(fakellm, alice, run=run, endpoint={"api_key": ""}).ask(ask_of())
    assert "authorization" not in fakellm.state.headers[0]
    assert "the-operators-own" not in json.dumps(list(fakellm.state.headers))


def test_a_stranger_reads_no_call(alice: User, charlie: User, run: Run, fakellm: FakeServer) -> None:
    answer = journal_at(fakellm, alice, run=run).ask(ask_of())
    with acting_as(alice.pk):
        assert access_call(alice, answer.call_id).pk == answer.call_id
    with pytest.raises(Forbidden):
        access_call(charlie, answer.call_id)


@pytest.mark.parametrize("switch", ["no", "loopback"])
def test_without_the_switch_nothing_beyond_this_machine_is_asked(
    alice: User, run: Run, fakellm: FakeServer, settings: Settings, switch: str
) -> None:
    settings.ALLOW_MODEL_CALLS = switch
    away = "http://1.1.1.1:9/v1" if switch == "loopback" else fakellm.base_url
    with pytest.raises(ProviderDown, match="ALLOW_MODEL_CALLS") as caught:
        journal_at(fakellm, alice, run=run, endpoint={"base_url": away}).ask(ask_of())
    assert caught.value.code == Failure.NOT_ALLOWED
    assert fakellm.state.report()["calls"] == 0


def test_an_address_is_checked_again_when_it_is_used(
    alice: User, run: Run, fakellm: FakeServer, settings: Settings
) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = "no"
    with pytest.raises(ProviderDown, match="private network"):
        journal_at(fakellm, alice, run=run).ask(ask_of())
    assert fakellm.state.report()["calls"] == 0


def test_an_endpoint_of_the_journal_is_a_row_of_the_user(alice: User, fakellm: FakeServer) -> None:
    assert not LLMEndpoint.objects.exists()
    assert journal_at(fakellm, alice).ask(ask_of()).is_usable, "learning about a row that is gone is no error"
