"""The journal against a real HTTP server: asked once, paid once, everything on record."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.llm.fake.server import FakeServer
from agents.llm.tests.asking import Form, ask_of, journal_at
from agents.llm.types import Failure, Purpose, StopAsked
from profiles.llm.models import LLMPrice
from reasoning.calls.models import LLMAttempt, LLMCall
from reasoning.calls.selectors import (
    answer_text,
    is_request_intact,
    request_of,
    used_by_run,
)
from runs.models import Run
from runs.tests.factories import run_make
from tradelab.tests.support import eventually


def test_an_answer_is_on_record_with_everything_it_took(alice: User, run: Run, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(
        model="scripted", input_per_million=1, cached_per_million=Decimal("0.1"), output_per_million=4
    )
    answer = journal_at(fakellm, alice, run=run).ask(ask_of())
    assert Form.model_validate_json(answer.text)
    assert (answer.failure_code, answer.finish_reason, answer.model_returned) == ("", "stop", "scripted")
    assert (answer.attempts, answer.was_stored) == (1, False)
    call = LLMCall.objects.get(pk=answer.call_id)
    assert answer_text(call) == answer.text
    assert (call.run, call.step, call.purpose, call.structured_mode) == (run, 1, "decision", "json_schema")
    assert (call.request_model, call.response_model, call.server_address) == (
        "scripted",
        "scripted",
        fakellm.base_url.split("/")[2],
    )
    assert call.response_id.startswith("chatcmpl-")
    assert call.first_token_ms is not None
    assert (call.latency_ms or 0) >= call.first_token_ms >= 0
    sent = fakellm.state.requests[0]
    assert request_of(call) == sent, "what is on record is what was sent, to the last field"
    assert is_request_intact(call)
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})
    tokens_in = sum(len(message["content"]) + 1 for message in sent["messages"]) // 4
    assert call.input_tokens == pytest.approx(tokens_in, abs=1)
    expected = (Decimal(call.input_tokens or 0) + 4 * Decimal(call.output_tokens or 0)) / 1_000_000
    assert answer.cost == call.cost == expected
    attempt = LLMAttempt.objects.get()
    assert (attempt.number, attempt.status_code, attempt.failure_code) == (1, 200, "")
    assert attempt.ended_at is not None
    assert attempt.counted_cost == expected
    used = used_by_run(alice.pk, run.pk)
    assert (used.calls, used.cost) == (1, expected)
    assert used.tokens == (call.input_tokens or 0) + (call.output_tokens or 0)


def test_a_resumed_run_gets_the_answer_it_had_and_the_provider_is_not_asked(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    asks = [ask_of(0, purpose=Purpose.PLAN, schema=None), ask_of(1), ask_of(2)]
    first = [journal_at(fakellm, alice, run=run).ask(ask) for ask in asks]
    resumed = journal_at(fakellm, alice, run=run)
    again = [resumed.ask(ask) for ask in asks]
    assert fakellm.state.report()["calls"] == 3
    assert [answer.text for answer in again] == [answer.text for answer in first]
    assert all(answer.was_stored for answer in again)
    assert [answer.call_id for answer in again] == [answer.call_id for answer in first]
    assert not resumed.ask(ask_of(3)).was_stored


def test_another_question_at_the_same_place_is_asked(alice: User, run: Run, fakellm: FakeServer) -> None:
    journal_at(fakellm, alice, run=run).ask(ask_of(1))
    assert not journal_at(fakellm, alice, run=run).ask(ask_of(1, "Bar 1 closed at 101.")).was_stored
    assert not journal_at(fakellm, alice, run=run).ask(ask_of(1, sequence=1)).was_stored
    assert not journal_at(fakellm, alice, run=run_make(alice)).ask(ask_of(1)).was_stored
    assert fakellm.state.report()["calls"] == 4


def test_a_failed_answer_is_kept_too(alice: User, run: Run, fakellm: FakeServer) -> None:
    first = journal_at(fakellm, alice, "refusal", run=run).ask(ask_of())
    again = journal_at(fakellm, alice, "refusal", run=run).ask(ask_of())
    assert first.failure_code == again.failure_code == Failure.REFUSAL
    assert again.was_stored
    assert fakellm.state.report()["calls"] == 1


def test_outside_a_run_every_question_is_asked(alice: User, fakellm: FakeServer) -> None:
    journal = journal_at(fakellm, alice)
    assert [journal.ask(ask_of(purpose=Purpose.TEST)).was_stored for _ in range(2)] == [False, False]
    assert LLMCall.objects.filter(run=None).count() == 2


def test_stop_closes_the_connection_and_leaves_the_attempt_on_the_bill(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    def stop() -> None:
        if fakellm.state.in_flight:
            raise StopAsked

    with pytest.raises(StopAsked):
        journal_at(fakellm, alice, "latency=30", run=run, guard=stop).ask(ask_of())
    eventually(lambda: fakellm.state.hung_up == 1, seconds=2)
    attempt = LLMAttempt.objects.get()
    assert attempt.failure_code == "stopped"
    assert attempt.counted_tokens > 0
    assert not LLMCall.objects.exists()


def test_stop_ends_a_wait_between_attempts_too(alice: User, run: Run, fakellm: FakeServer) -> None:
    beats = iter([None, None, None])

    def stop() -> None:
        if next(beats, "stop"):
            raise StopAsked

    with pytest.raises(StopAsked):
        journal_at(fakellm, alice, "rate_limited,retry_after=20", run=run, guard=stop).ask(ask_of())
