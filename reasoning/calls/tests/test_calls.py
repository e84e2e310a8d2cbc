"""The journal's rows: taken apart and rebuilt to the byte, counted once, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import Forbidden
from core.rls import acting_as
from reasoning.calls import selectors
from reasoning.calls.models import LLMAttempt, LLMCall, LLMUsage, PromptPart
from reasoning.calls.otel import attributes
from reasoning.calls.request import dismantle, rebuild, request_hash
from reasoning.calls.services import (
    Answered,
    Measured,
    Question,
    attempt_begin,
    attempt_end,
    attempts_close,
    call_record,
)
from runs.models import Run
from runs.tests.factories import run_make

SYSTEM = "You trade. " * 200
BODY: dict[str, Any] = {
    "model": "gpt-5-mini",
    "temperature": 0.2,
    "stream": True,
    "messages": [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": 'Bar 1: {"part": "no reference"} — ünïcode'},
    ],
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
}


def question(user: User, run: Run | None = None, ask_id: UUID | None = None) -> Question:
    return Question(
        user_id=user.pk,
        run_id=run.pk if run else None,
        ask_id=ask_id or uuid4(),
        step=3,
        purpose="decision",
        server_address="api.example.com",
        request_model="gpt-5-mini",
    )


def measured(**fields: Any) -> Measured:
    values: dict[str, Any] = {
        "ended_at": timezone.now(),
        "latency_ms": 1500,
        "status_code": 200,
        "input_tokens": 900,
        "output_tokens": 100,
        "cost": Decimal("0.0004"),
        "counted_tokens": 1000,
        "counted_cost": Decimal("0.0004"),
    }
    return Measured(**values | fields)


def answered(body: dict[str, Any] = BODY) -> Answered:
    return Answered(
        sequence=0,
        endpoint_name="Mine",
        structured_mode="json_schema",
        template="decision",
        template_version="1",
        body=body,
        stable=[0],
        text='{"orders": []}',
        finish_reason="stop",
        response_id="c1",
        attempts=1,
        cost=Decimal("0.0004"),
        latency_ms=1500,
        asked_at=datetime(2026, 3, 10, tzinfo=UTC),
    )


def ask(user: User, run: Run | None, body: dict[str, Any] = BODY) -> LLMCall:
    asked = question(user, run)
    attempt = attempt_begin(asked, 1, tokens=1200, cost=Decimal("0.0005"))
    attempt_end(attempt, measured())
    return call_record(asked, answered(body), measured(), set())


def test_a_request_is_rebuilt_exactly_and_its_hash_matches(alice: User) -> None:
    call = LLMCall.objects.get(pk=ask(alice, run_make(alice)).pk)
    assert selectors.request_of(call) == BODY
    assert request_hash(selectors.request_of(call)) == call.request_hash
    assert selectors.is_request_intact(call)
    assert selectors.answer_text(call) == '{"orders": []}'


def test_taking_apart_and_putting_together_is_the_identity() -> None:
    stored = dismantle(BODY, [0])
    assert SYSTEM not in str(stored.skeleton)
    assert rebuild(stored) == BODY


def test_what_requests_share_is_stored_once_a_user(alice: User, charlie: User) -> None:
    run = run_make(alice)
    for bar in range(5):
        ask(
            alice, run, {**BODY, "messages": [BODY["messages"][0], {"role": "user", "content": f"Bar {bar}"}]}
        )
    assert PromptPart.objects.filter(user=alice).count() == 2, "the system message and the schema"
    ask(charlie, None)
    assert PromptPart.objects.filter(user=charlie).count() == 2
    heaviest = max(
        len(bytes(call.request_texts)) + len(str(call.request_skeleton)) for call in LLMCall.objects.all()
    )
    assert heaviest < len(SYSTEM) / 3


def test_a_missing_part_is_noticed(alice: User) -> None:
    call = ask(alice, None)
    PromptPart.objects.all().delete()
    assert not selectors.is_request_intact(call)


def test_a_question_has_one_answer(alice: User) -> None:
    asked = question(alice)
    call_record(asked, answered(), measured(), set())
    with pytest.raises(IntegrityError), transaction.atomic():
        call_record(asked, answered({**BODY, "temperature": 1.0}), measured(), set())
    assert LLMCall.objects.get().request_skeleton["temperature"] == 0.2


def test_what_was_expected_is_corrected_by_what_it_took(alice: User) -> None:
    run = run_make(alice)
    asked = question(alice, run)
    attempt = attempt_begin(asked, 1, tokens=5000, cost=Decimal("0.01"))
    assert selectors.used_by_run(alice.pk, run.pk).tokens == 5000
    attempt_end(attempt, measured(counted_tokens=1000))
    second = attempt_begin(asked, 2, tokens=10, cost=None)
    attempt_end(second, measured(cost=None, counted_cost=None, counted_tokens=700, latency_ms=500))
    used = selectors.used_by_run(alice.pk, run.pk)
    assert (used.calls, used.tokens, used.cost, used.seconds) == (2, 1700, Decimal("0.0004"), 2.0)
    assert (used.unpriced_calls, used.known_cost) == (1, None)
    assert [attempt.number for attempt in selectors.attempts_at(alice, asked.ask_id)] == [1, 2]


def test_a_days_usage_covers_runs_and_what_is_outside_of_runs(alice: User, charlie: User) -> None:
    for run in (run_make(alice), run_make(alice), None, None):
        ask(alice, run)
    ask(charlie, None)
    today = timezone.now().date()
    assert selectors.used_on_day(alice.pk, today).calls == 4
    assert LLMUsage.objects.filter(user=alice).count() == 3
    assert selectors.used_on_day(alice.pk, datetime(2020, 1, 1, tzinfo=UTC).date()) == selectors.Used()


def test_an_attempt_that_died_in_flight_stays_on_the_bill(alice: User) -> None:
    asked = question(alice)
    attempt_begin(asked, 1, tokens=800, cost=Decimal("0.002"))
    assert attempts_close(asked) == 1
    second = attempt_begin(asked, 2, tokens=800, cost=Decimal("0.002"))
    attempt_end(second, measured())
    attempts = list(selectors.attempts_at(alice, asked.ask_id).values_list("number", "failure_code"))
    assert attempts == [(1, "lost"), (2, "")]
    used = selectors.used_on_day(alice.pk, second.sent_at.date())
    assert (used.calls, used.tokens, used.cost) == (2, 1800, Decimal("0.0024"))


def test_a_worker_that_was_thought_dead_changes_nothing_any_more(alice: User) -> None:
    asked = question(alice)
    stalled = attempt_begin(asked, 1, tokens=800, cost=Decimal("0.002"))
    attempts_close(asked)
    second = attempt_begin(asked, 2, tokens=800, cost=Decimal("0.002"))
    attempt_end(stalled, measured())
    attempt_end(second, measured())
    codes = selectors.attempts_at(alice, asked.ask_id).values_list("failure_code", flat=True)
    assert list(codes) == ["lost", ""]
    assert selectors.used_on_day(alice.pk, second.sent_at.date()).tokens == 1800


def refused(sql: str) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


def test_rows_are_never_changed_by_anybody(alice: User) -> None:
    ask(alice, None)
    assert "append-only" in refused("UPDATE reasoning_llmcall SET answer = ''")
    assert "append-only" in refused("UPDATE reasoning_promptpart SET text = ''")
    assert "append-only" in refused("UPDATE reasoning_llmattempt SET error = 'x'")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")
    with acting_as(alice.pk):
        for table in ("llmcall", "promptpart", "llmattempt"):
            assert "permission denied" in refused(f"DELETE FROM reasoning_{table}")
        assert "permission denied" in refused("UPDATE reasoning_llmcall SET answer = ''")
        assert LLMCall.objects.count() == LLMAttempt.objects.count() == 1


def test_a_stranger_sees_no_call_no_attempt_no_part(alice: User, charlie: User) -> None:
    call = ask(alice, None)
    with pytest.raises(Forbidden):
        selectors.access_call(charlie, call.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")
    with acting_as(charlie.pk):
        for table in (LLMCall, LLMAttempt, PromptPart, LLMUsage):
            assert not table.objects.exists()


def test_a_call_reads_as_opentelemetry_names_it(alice: User) -> None:
    run = run_make(alice)
    call = ask(alice, run)
    found = attributes(call)
    assert found["gen_ai.request.model"] == "gpt-5-mini"
    assert found["gen_ai.usage.input_tokens"] == 900
    assert found["gen_ai.response.finish_reasons"] == ["stop"]
    assert found["gen_ai.request.temperature"] == 0.2
    assert "gen_ai.usage.cache_read.input_tokens" not in found, "unknown is left out, not 0"
    assert "error.type" not in found
