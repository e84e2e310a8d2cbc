"""What a provider may do instead of answering: one code each, tried again by our rules, all of it on record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.llm import wire
from agents.llm.fake.server import FakeServer
from agents.llm.rate import rate_limit
from agents.llm.tests.asking import ENDPOINT_ID, ask_of, journal_at
from agents.llm.types import Failure, ProviderDown
from reasoning.calls.models import LLMAttempt, LLMCall
from reasoning.calls.selectors import (
    used_by_run,
)
from runs.models import Run


def codes(run: Run | None = None) -> list[tuple[str, int | None]]:
    return list(LLMAttempt.objects.filter(run=run).order_by("id").values_list("failure_code", "status_code"))


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
    journal = journal_at(fakellm, alice, "hang=1", run=run, endpoint={"timeout_seconds": 0.5})
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
    assert rate_limit().take(ENDPOINT_ID, None) > 30, "nobody else asks it meanwhile either"


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


def test_questions_share_a_connection(alice: User, run: Run, fakellm: FakeServer) -> None:
    journal = journal_at(fakellm, alice, run=run)
    assert all(journal.ask(ask_of(step)).is_usable for step in range(1, 6))
    assert fakellm.state.report()["connections"] == 1


def test_an_answer_that_is_complete_does_not_wait_for_the_end_of_its_stream(
    alice: User, run: Run, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "END_SECONDS", 0.05)
    answer = journal_at(fakellm, alice, "lingers", run=run, endpoint={"timeout_seconds": 5}).ask(ask_of())
    assert (answer.is_usable, answer.attempts) == (True, 1)
    assert answer.latency_ms < 2000
