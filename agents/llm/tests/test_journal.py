"""The journal against a real HTTP server: asked once, paid once, everything on record."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.llm.budget import Budget, Caps
from agents.llm.fake.server import FakeServer
from agents.llm.rate import rate_limit
from agents.llm.tests.asking import KEY, Form, ask_of, journal_at
from agents.llm.types import BudgetReached, Failure, ProviderDown, Purpose, StopAsked, StructuredMode
from core.errors import Forbidden
from core.rls import acting_as
from profiles.llm.models import LLMEndpoint, LLMPrice
from profiles.llm.services import endpoint_create
from reasoning.calls.models import LLMAttempt, LLMCall
from reasoning.calls.selectors import (
    access_call,
    answer_text,
    is_request_intact,
    request_of,
    used_by_run,
)
from runs.models import Run
from runs.tests.factories import run_make
from tradelab.tests.support import eventually


@pytest.fixture(autouse=True)
def quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts that nobody has to sit through."""
    settings.LLM_BEAT_SECONDS = 0.02
    rate_limit().forget(7)
    monkeypatch.setattr("agents.llm.attempts.FIRST_WAIT_SECONDS", 0.01)


@pytest.fixture
def run(alice: User) -> Run:
    return run_make(alice)


def codes(run: Run | None = None) -> list[tuple[str, int | None]]:
    return list(LLMAttempt.objects.filter(run=run).order_by("id").values_list("failure_code", "status_code"))


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


@pytest.mark.parametrize(
    ("behaviour", "failure", "attempts"),
    [
        ("refusal", Failure.REFUSAL, 1),
        ("filtered", Failure.REFUSAL, 1),
        ("empty", Failure.EMPTY, 1),
        ("length", Failure.CUT, 1),
        ("cut", Failure.CUT, 2),
        ("cut_quietly", Failure.CUT, 2),
        ("drop", Failure.CUT, 2),
        ("bad_request", Failure.BAD_REQUEST, 1),
        ("too_long", Failure.BAD_REQUEST, 1),
    ],
)
def test_what_brings_no_answer_has_one_code(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, failure: Failure, attempts: int
) -> None:
    answer = journal_at(fakellm, alice, behaviour, run=run).ask(ask_of())
    assert (answer.failure_code, answer.attempts) == (failure, attempts)
    assert not answer.is_usable
    assert [code for code, _ in codes(run)] == [failure] * attempts
    assert fakellm.state.report()["calls"] == attempts
    call = LLMCall.objects.get()
    assert (call.failure_code, call.attempts) == (failure, attempts)


@pytest.mark.parametrize(
    ("behaviour", "codes_before"),
    [
        ("error=2", [("provider_error", 500)] * 2),
        ("overloaded=1", [("provider_error", 503)]),
        ("rate_limited=2,retry_after=0.01", [("rate_limited", 429)] * 2),
        ("stream_error=1", [("provider_error", 200)]),
        ("cut=1", [("cut", 200)]),
    ],
)
def test_what_passes_is_tried_again_and_every_attempt_is_on_record(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, codes_before: list[tuple[str, int]]
) -> None:
    answer = journal_at(fakellm, alice, behaviour, run=run).ask(ask_of())
    assert answer.is_usable
    assert answer.attempts == len(codes_before) + 1
    assert codes(run) == [*codes_before, ("", 200)]
    assert used_by_run(alice.pk, run.pk).calls == answer.attempts


def test_an_answer_that_takes_too_long_is_given_up_and_tried_once_more(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    journal = journal_at(fakellm, alice, "hang=1", run=run, endpoint={"timeout_seconds": 0.1})
    answer = journal.ask(ask_of())
    assert answer.is_usable
    assert codes(run) == [("timeout", None), ("", 200)]
    first = LLMAttempt.objects.order_by("id")[0]
    assert first.counted_tokens > 400, "nobody knows what it cost, so budgets count what was expected"
    assert first.cost is None


def test_a_slow_first_token_is_measured(alice: User, run: Run, fakellm: FakeServer) -> None:
    answer = journal_at(fakellm, alice, "first_token=0.1", run=run).ask(ask_of())
    assert answer.first_token_ms is not None
    assert 100 <= answer.first_token_ms <= answer.latency_ms


@pytest.mark.parametrize(
    ("behaviour", "code", "goes_on_by_itself"),
    [
        ("error", Failure.PROVIDER_ERROR, True),
        ("rate_limited,retry_after=0.01", Failure.RATE_LIMITED, True),
        ("no_credit", Failure.NO_CREDIT, False),
        ("payment_required", Failure.NO_CREDIT, False),
        ("unauthorised", Failure.AUTH, False),
        ("not_found", Failure.NOT_FOUND, False),
        ("no_such_behaviour", Failure.NOT_FOUND, False),
    ],
)
def test_a_provider_that_is_down_pauses_the_run_and_is_no_answer(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, code: Failure, goes_on_by_itself: bool
) -> None:
    with pytest.raises(ProviderDown) as caught:
        journal_at(fakellm, alice, behaviour, run=run).ask(ask_of())
    assert caught.value.code == code
    assert (caught.value.retry_at is not None) is goes_on_by_itself
    assert not LLMCall.objects.exists(), "there is no answer to act on"
    assert LLMAttempt.objects.count() == (3 if goes_on_by_itself else 1)
    used = used_by_run(alice.pk, run.pk)
    assert (used.tokens, used.cost) == (0, 0), "nobody charges for what was refused"


def test_a_wait_that_is_too_long_pauses_at_once(alice: User, run: Run, fakellm: FakeServer) -> None:
    with pytest.raises(ProviderDown) as caught:
        journal_at(fakellm, alice, "rate_limited,retry_after=120", run=run).ask(ask_of())
    assert caught.value.retry_at is not None
    assert fakellm.state.report()["calls"] == 1
    assert rate_limit().take(7, None) > 30, "nobody else asks it meanwhile either"


def test_nothing_at_the_address_pauses(alice: User, run: Run, fakellm: FakeServer) -> None:
    with pytest.raises(ProviderDown, match="can't be reached") as caught:
        journal_at(fakellm, alice, run=run, endpoint={"base_url": "http://127.0.0.1:9/v1"}).ask(ask_of())
    assert caught.value.code == Failure.UNREACHABLE
    assert len(codes(run)) == 3


def test_a_redirect_is_not_followed(alice: User, run: Run, fakellm: FakeServer) -> None:
    answer = journal_at(fakellm, alice, "redirect", run=run).ask(ask_of())
    assert answer.failure_code == Failure.BAD_REQUEST
    assert "not followed" in LLMAttempt.objects.get().error


def test_an_endpoint_that_never_answers_pauses_after_the_third_question(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    journal = journal_at(fakellm, alice, "hang", run=run, endpoint={"timeout_seconds": 0.05})
    assert [journal.ask(ask_of(step)).failure_code for step in (1, 2)] == [Failure.TIMEOUT] * 2
    with pytest.raises(ProviderDown, match="3 times in a row") as caught:
        journal.ask(ask_of(3))
    assert caught.value.retry_at is not None
    assert LLMCall.objects.count() == 3, "the third answer is on record, so the run goes on behind it"


# ---- How an endpoint is made to answer in JSON


@pytest.mark.parametrize(
    ("behaviour", "mode", "calls"),
    [
        ("", StructuredMode.JSON_SCHEMA, 1),
        ("no_schema", StructuredMode.JSON_OBJECT, 2),
        ("no_json", StructuredMode.TOOL, 3),
    ],
)
def test_the_way_to_json_is_found_and_remembered(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str, mode: StructuredMode, calls: int
) -> None:
    row = endpoint_create(alice, name="Mine", base_url=fakellm.base_url)
    journal = journal_at(fakellm, alice, behaviour, run=run, endpoint={"id": row.pk})
    answer = journal.ask(ask_of())
    assert Form.model_validate_json(answer.text)
    assert answer.attempts == fakellm.state.report()["calls"] == calls
    row.refresh_from_db()
    assert row.structured_modes == {journal.endpoint.model: mode}
    journal.ask(ask_of(2))
    assert fakellm.state.report()["calls"] == calls + 1, "it is asked the right way at once"
    assert LLMCall.objects.order_by("-id")[0].structured_mode == mode
    for call in LLMCall.objects.all():
        assert is_request_intact(call)


@pytest.mark.parametrize("behaviour", ["no_stream", "no_stream_options", "ignores_stream"])
def test_an_endpoint_that_can_not_stream_answers_all_the_same(
    alice: User, run: Run, fakellm: FakeServer, behaviour: str
) -> None:
    row = endpoint_create(alice, name="Mine", base_url=fakellm.base_url)
    answer = journal_at(fakellm, alice, behaviour, run=run, endpoint={"id": row.pk}).ask(ask_of())
    assert Form.model_validate_json(answer.text)
    row.refresh_from_db()
    assert row.quirks == ([] if behaviour == "ignores_stream" else [behaviour.removeprefix("no_")])


def test_usage_that_is_not_told_is_unknown_and_not_zero(alice: User, run: Run, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(model="scripted:no_usage", input_per_million=1, output_per_million=4)
    answer = journal_at(fakellm, alice, "no_usage", run=run).ask(ask_of())
    assert (answer.usage.input, answer.usage.output, answer.cost) == (None, None, None)
    used = used_by_run(alice.pk, run.pk)
    assert used.tokens > 400
    assert used.cost > 0, "caps count what was expected"
    assert used.known_cost is None


def test_a_price_that_nobody_knows_is_unknown_and_not_zero(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    answer = journal_at(fakellm, alice, run=run).ask(ask_of())
    assert answer.cost is None
    assert answer.usage.input
    assert used_by_run(alice.pk, run.pk).known_cost is None


# ---- Budgets


def spend(journal: Any, steps: int) -> int:
    """Ask until a cap is met; return how many questions were answered."""
    for step in range(1, steps + 1):
        try:
            journal.ask(ask_of(step))
        except BudgetReached:
            return step - 1
    return steps


def test_a_cap_on_calls_is_met_before_the_call_that_would_break_it(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    journal = journal_at(fakellm, alice, run=run, budget=Budget(run=Caps(calls=3)))
    assert spend(journal, 10) == 3
    assert fakellm.state.report()["calls"] == 3
    with pytest.raises(BudgetReached, match=r"This run's budget is 3 calls; 3 are used\.") as caught:
        journal.ask(ask_of(4))
    assert (caught.value.kind, caught.value.code, caught.value.retry_at) == (
        "calls",
        "budget_run_calls",
        None,
    )
    raised = journal_at(fakellm, alice, run=run, budget=Budget(run=Caps(calls=5)))
    assert spend(raised, 10) == 5, "three of them had been paid for"
    assert fakellm.state.report()["calls"] == 5


def test_a_cap_on_tokens_and_one_on_money_are_not_broken(alice: User, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(model="scripted", input_per_million=100, output_per_million=400)
    for caps in (Caps(tokens=5000), Caps(cost=Decimal("0.50"))):
        run = run_make(alice)
        answered = spend(journal_at(fakellm, alice, run=run, budget=Budget(run=caps)), 30)
        used = used_by_run(alice.pk, run.pk)
        assert 0 < answered < 30
        assert used.tokens <= (caps.tokens or 10**9)
        assert used.cost <= (caps.cost or 10**9)


def test_a_cap_of_the_day_covers_all_runs_and_ends_with_the_day(alice: User, fakellm: FakeServer) -> None:
    budget = Budget(day=Caps(calls=4))
    first = spend(journal_at(fakellm, alice, run=run_make(alice), budget=budget), 3)
    journal = journal_at(fakellm, alice, run=run_make(alice), budget=budget)
    assert (first, spend(journal, 3)) == (3, 1)
    with pytest.raises(BudgetReached, match="Today's") as caught:
        journal.ask(ask_of(9))
    assert caught.value.retry_at is not None
    assert (caught.value.retry_at.hour, caught.value.retry_at.minute) == (0, 0)


def test_a_cap_of_zero_asks_nothing(alice: User, run: Run, fakellm: FakeServer) -> None:
    for caps in (Caps(calls=0), Caps(tokens=0), Caps(cost=Decimal(0)), Caps(seconds=0)):
        with pytest.raises(BudgetReached):
            journal_at(fakellm, alice, run=run, budget=Budget(run=caps)).ask(ask_of())
    assert fakellm.state.report()["calls"] == 0


# ---- Stop


def test_stop_closes_the_connection_and_leaves_the_attempt_on_the_bill(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    def stop() -> None:
        if fakellm.state.in_flight:
            raise StopAsked

    with pytest.raises(StopAsked):
        journal_at(fakellm, alice, "latency=30", run=run, beat=stop).ask(ask_of())
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
        journal_at(fakellm, alice, "rate_limited,retry_after=20", run=run, beat=stop).ask(ask_of())


# ---- Secrets


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


# ---- The switch


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
