"""Writes of the journal, each in the caller's transaction, which acts for the user and is over before the network is touched."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.bulk import row_insert, rows_insert
from core.together import together, write
from reasoning.calls.metrics import LLM_ATTEMPTS, LLM_COST, LLM_SECONDS, LLM_TOKENS
from reasoning.calls.models import LLMAttempt, LLMCall, PromptPart
from reasoning.calls.orphans import parts_hold
from reasoning.calls.request import dismantle, packed, request_hash

LOST = "lost"
MOST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What names a question in every row about it."""

    user_id: int
    run_id: int | None
    ask_id: UUID
    step: int
    purpose: str
    server_address: str
    request_model: str

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one attempt brought and took."""

    ended_at: datetime
    latency_ms: int
    status_code: int | None = None
    failure_code: str = ""
    error: str = ""
    response_model: str = ""
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    first_token_ms: int | None = None
    cost: Decimal | None = None
    counted_tokens: int = 0
    counted_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The end of a question: its last attempt's request and answer."""

    sequence: int
    endpoint_name: str
    structured_mode: str
    template: str
    template_version: str
    body: Mapping[str, Any]
    stable: Collection[int]
    text: str
    finish_reason: str
    response_id: str
    attempts: int
    cost: Decimal | None
    latency_ms: int
    asked_at: datetime


def attempts_close(question: Question) -> int:
    """Close attempts that an earlier worker left open, and return how many there were in all.

    They died with it and are lost; what was expected of them stays on the bill.
    """
    attempts = LLMAttempt.objects.filter(ask_id=question.ask_id)
    lost = attempts.filter(ended_at=None).update(ended_at=timezone.now(), failure_code=LOST)
    if lost:
        LLM_ATTEMPTS.add(lost, outcome=LOST)
    return attempts.count()


def attempt_begin(question: Question, number: int, *, tokens: int, cost: Decimal | None) -> LLMAttempt:
    """Write down that a request is about to be sent, with what it is expected to take.

    Raises IntegrityError when another worker makes the same attempt.
    """
    attempt = LLMAttempt(**question.columns(), number=number, counted_tokens=tokens, counted_cost=cost)
    with together():
        rows_insert([attempt])
        write(USE, [*usage_of(attempt), 1, max(0, tokens), cost or 0, 0, 0, tokens])
    return attempt


def attempt_end(attempt: LLMAttempt, measured: Measured) -> None:
    """Complete an attempt, and correct what was counted for it by what it really took.

    One that a later worker has closed as lost meanwhile stays as it is.
    """
    attempt_count(measured)
    tokens = measured.counted_tokens - attempt.counted_tokens
    cost = (measured.counted_cost or Decimal(0)) - (attempt.counted_cost or Decimal(0))
    unpriced = int(measured.cost is None)
    values = [getattr(measured, name) for name in ENDED]
    values[ENDED.index("error")] = measured.error[:MOST_ERROR]
    write(
        END,
        [
            *values,
            attempt.ask_id,
            attempt.number,
            *usage_of(attempt),
            *(0, max(0, tokens), cost, unpriced, measured.latency_ms / 1000, tokens),
        ],
    )


def attempt_count(measured: Measured) -> None:
    """Tell monitoring of an attempt that ended."""
    LLM_ATTEMPTS.add(outcome=measured.failure_code or "answered")
    LLM_SECONDS.observe(measured.latency_ms / 1000)
    LLM_COST.add(float(measured.cost or 0))
    for kind, tokens in (("input", measured.input_tokens), ("output", measured.output_tokens)):
        if tokens:
            LLM_TOKENS.add(tokens, kind=kind)


def usage_of(attempt: LLMAttempt) -> tuple[int, int | None, date]:
    """Where an attempt is counted."""
    return attempt.user_id, attempt.run_id, attempt.sent_at.date()


ENDED = tuple(Measured.__dataclass_fields__)
COUNTED = (
    " ON CONFLICT (user_id, day, run_id) DO UPDATE SET"
    " calls = u.calls + excluded.calls, tokens = greatest(0, u.tokens + %s), cost = u.cost + excluded.cost,"
    " unpriced_calls = u.unpriced_calls + excluded.unpriced_calls, seconds = u.seconds + excluded.seconds"
)
INTO_USAGE = (
    "INSERT INTO reasoning_llmusage AS u (user_id, run_id, day, calls, tokens, cost, unpriced_calls, seconds)"
)
USE = f"{INTO_USAGE} VALUES (%s, %s, %s, %s, %s, %s, %s, %s){COUNTED}"
# In one statement: what was not ended here is not counted here.
END = (
    f"WITH ended AS (UPDATE reasoning_llmattempt SET {', '.join(f'{name} = %s' for name in ENDED)}"  # noqa: S608
    " WHERE ask_id = %s AND number = %s AND ended_at IS NULL RETURNING 1)"
    f" {INTO_USAGE} SELECT %s, %s, %s, %s, %s, %s, %s, %s FROM ended{COUNTED}"
)


def call_record(question: Question, answered: Answered, measured: Measured, known_parts: set[str]) -> LLMCall:
    """Store a question's answer. `known_parts` are parts that the caller knows to be stored.

    Raises IntegrityError when the question has been answered: the first answer counts.
    """
    stored = dismantle(answered.body, answered.stable)
    parts_keep(question.user_id, stored.parts, known_parts)
    call = LLMCall(
        **question.columns(),
        **{name: getattr(measured, name) for name in FROM_MEASURED},
        **{name: getattr(answered, name) for name in FROM_ANSWERED},
        request_hash=request_hash(answered.body),
        request_skeleton=stored.skeleton,
        request_texts=packed(json.dumps(list(stored.texts), ensure_ascii=False)),
        answer=packed(answered.text),
        answered_at=measured.ended_at,
    )
    row_insert(call)
    return call


FROM_MEASURED = (
    "response_model",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "first_token_ms",
    "failure_code",
)
FROM_ANSWERED = (
    "sequence",
    "endpoint_name",
    "structured_mode",
    "template",
    "template_version",
    "finish_reason",
    "response_id",
    "attempts",
    "cost",
    "latency_ms",
    "asked_at",
)


def parts_keep(user_id: int, parts: Mapping[str, str], known: set[str]) -> None:
    unknown = parts.keys() - known
    if unknown:
        parts_hold(user_id)
        found = PromptPart.objects.filter(user_id=user_id, hash__in=unknown).values_list("hash", flat=True)
        missing = unknown - set(found)
        rows = [PromptPart(user_id=user_id, hash=key, text=packed(parts[key])) for key in sorted(missing)]
        PromptPart.objects.bulk_create(rows, ignore_conflicts=True)
