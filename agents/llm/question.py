"""From what is asked and received to the rows of the journal, and from a row back to the answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from pydantic import BaseModel

from agents.llm.budget import Expected
from agents.llm.prices import Price
from agents.llm.requests import parameters_of, schema_of
from agents.llm.types import Answer, Ask, Endpoint, Failure, Usage
from agents.llm.wire import Received
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import answer_text
from reasoning.calls.services import Answered, Measured, Question
from reasoning.chain import digest, spelling

NAMESPACE = uuid.UUID("5b4c0f8e-55a1-4f2e-9d57-3d1b7a1f7c11")
STOPPED = "stopped"


def question_of(user_id: int, run_id: int | None, endpoint: Endpoint, ask: Ask) -> Question:
    """Name a question. In a run the same question always has the same name, outside every question is a new one."""
    return Question(
        user_id=user_id,
        run_id=run_id,
        ask_id=uuid.uuid4() if run_id is None else uuid.uuid5(NAMESPACE, identity(run_id, endpoint, ask)),
        step=ask.step,
        purpose=ask.purpose,
        server_address=urlsplit(endpoint.base_url).netloc,
        request_model=endpoint.model,
    )


def identity(run_id: int, endpoint: Endpoint, ask: Ask) -> str:
    """Everything that makes it this question; not how the endpoint is made to answer in JSON, which may be found out."""
    return digest(
        {
            "run": run_id,
            "place": [ask.step, ask.purpose, ask.sequence],
            "model": endpoint.model,
            "parameters": parameters_of(endpoint),
            "messages": [[message.role, message.content] for message in ask.messages],
            "schema": schema_digest(ask.schema) if ask.schema else None,
        }
    )


@cache
def schema_digest(form: type[BaseModel]) -> str:
    return digest(schema_of(form))


def measured(received: Received, expected: Expected, price: Price) -> Measured:
    """What an attempt took. Where the provider doesn't say, budgets count what was expected."""
    usage, cost = received.usage, price.cost(received.usage)
    tokens = expected.tokens if usage.input is None or usage.output is None else usage.input + usage.output
    counted = expected.cost if cost is None else cost
    if received.is_free:
        tokens, cost, counted = 0, Decimal(0), Decimal(0)
    return Measured(
        ended_at=timezone.now(),
        latency_ms=received.latency_ms,
        status_code=received.status_code,
        failure_code=received.failure,
        error=received.error,
        response_model=received.model,
        input_tokens=usage.input,
        cached_tokens=usage.cached,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        first_token_ms=received.first_token_ms,
        cost=cost,
        counted_tokens=tokens,
        counted_cost=counted,
    )


def measured_stop(began_at: datetime, expected: Expected) -> Measured:
    """An attempt that was closed because the run was stopped; its provider may charge for it all the same."""
    now = timezone.now()
    return Measured(
        ended_at=now,
        latency_ms=round((now - began_at).total_seconds() * 1000),
        failure_code=STOPPED,
        counted_tokens=expected.tokens,
        counted_cost=expected.cost,
    )


@dataclass(frozen=True, slots=True)
class Bill:
    """What all attempts at one question took so far."""

    attempts: int = 0
    cost: Decimal | None = Decimal(0)

    def plus(self, attempt: Measured) -> Bill:
        is_known = self.cost is not None and attempt.cost is not None
        cost = self.cost + attempt.cost if is_known else None  # type: ignore[operator]  # both are known here
        return Bill(self.attempts + 1, cost)


def stored_answer(call: LLMCall) -> Answer:
    """The answer that a call recorded."""
    return Answer(
        text=answer_text(call),
        call_id=call.pk,
        finish_reason=call.finish_reason or None,
        model_returned=call.response_model,
        usage=Usage(call.input_tokens, call.cached_tokens, call.output_tokens, call.reasoning_tokens),
        cost=call.cost,
        latency_ms=call.latency_ms or 0,
        first_token_ms=call.first_token_ms,
        failure_code=Failure(call.failure_code),
        attempts=call.attempts,
        was_stored=True,
        request_hash=call.request_hash,
    )


def given_answer(call: LLMCall, received: Received, answered: Answered) -> Answer:
    """The answer that has just come and been recorded."""
    return Answer(
        text=received.text,
        call_id=call.pk,
        finish_reason=received.finish_reason or None,
        model_returned=received.model,
        usage=received.usage,
        cost=answered.cost,
        latency_ms=answered.latency_ms,
        first_token_ms=received.first_token_ms,
        failure_code=received.failure,
        attempts=answered.attempts,
        request_hash=call.request_hash,
        tools_asked=tuple(received.tools_asked.values()),
    )


def said(received: Received) -> str:
    """An answer as it is recorded: its text, or with tools that it asks for as JSON."""
    if not received.tools_asked:
        return received.text
    asked = [{"name": tool.name, "arguments": tool.arguments} for tool in received.tools_asked.values()]
    return json.dumps({"content": received.text, "tool_calls": asked}, ensure_ascii=False)


def is_object(text: str) -> bool:
    """Whether an answer is JSON at all, which is all that finding the way to JSON needs."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def characters_in(body: Mapping[str, Any]) -> int:
    """Of everything in a request that a model reads."""
    total = sum(len(message["content"]) for message in body["messages"])
    return total + sum(len(spelling(body[name])) for name in ("response_format", "tools") if name in body)
