"""What of the log can be taken away: decisions as they are filtered on the page, other thoughts, calls."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.request import Request

from core import exports
from core.exports import Column, Export, Kind, columns_of
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import answer_text, request_of
from reasoning.filters import decision_filter
from reasoning.models import Entry
from reasoning.selectors import decisions_of, thoughts_of
from runs.models import Run

DECISION_COLUMNS = columns_of(
    Entry, "seq", "kind", "step", "simulated_at", "outcome", "content", "confidence", "failure_code", "intents", "verdicts",
    "order_numbers", "notices", "context", "written_at", "hash",
)  # fmt: skip
THOUGHT_COLUMNS = columns_of(
    Entry, "seq", "kind", "step", "simulated_at", "content", "context", "written_at", "hash"
)
CALL_COLUMNS = columns_of(
    LLMCall, "id", "step", "purpose", "sequence", "endpoint_name", "server_address", "request_model",
    "response_model", "template", "template_version", "structured_mode", "request_hash", "request", "answer",
    "finish_reason", "failure_code", "attempts", "input_tokens", "cached_tokens", "output_tokens",
    "reasoning_tokens", "cost", "latency_ms", "first_token_ms", "asked_at", "answered_at",
    request=Column("request", Kind.JSON, lambda call: request_of(call)),
    answer=Column("answer", Kind.TEXT, lambda call: answer_text(call)),
)  # fmt: skip


def register() -> None:
    exports.register(Export("decisions", "Decisions", 40, "seq", DECISION_COLUMNS, decisions))
    exports.register(Export("thoughts", "Plans, analyses, reflections", 50, "seq", THOUGHT_COLUMNS, thoughts))
    # A call carries its whole request, which may be long.
    exports.register(Export("llm-calls", "LLM calls", 70, "id", CALL_COLUMNS, calls, at_once=50))


def decisions(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return decisions_of(run, decision_filter(request))


def thoughts(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return thoughts_of(run)


def calls(run: Run, request: HttpRequest | Request) -> QuerySet[Any]:
    return LLMCall.objects.filter(run=run)
