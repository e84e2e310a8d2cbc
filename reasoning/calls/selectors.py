"""Reads of the journal. A run has been accessed by its user before it is passed here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet, Sum

from reasoning.calls.models import LLMAttempt, LLMCall, LLMUsage, PromptPart
from reasoning.calls.request import StoredRequest, part_hashes, rebuild, request_hash, unpacked
from runs.models import Run


@dataclass(frozen=True, slots=True)
class Used:
    """What asking has taken so far. Cost covers the calls that have a price; `unpriced_calls` have none."""

    calls: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    unpriced_calls: int = 0
    seconds: float = 0.0

    @property
    def known_cost(self) -> Decimal | None:
        """None where any call's cost is unknown, so that nobody reads a part as the whole."""
        return None if self.unpriced_calls else self.cost


def call_of(user_id: int, ask_id: UUID) -> LLMCall | None:
    """The answer that a question already has."""
    return LLMCall.objects.filter(user_id=user_id, ask_id=ask_id).first()


def calls_of(run: Run) -> QuerySet[LLMCall]:
    """A run's calls in the order they were answered, without the weight of their texts."""
    heavy = ("request_texts", "request_skeleton", "answer")
    return LLMCall.objects.filter(run=run).defer(*heavy).order_by("id")


def attempts_at(user: User | AnonymousUser, ask_id: UUID) -> QuerySet[LLMAttempt]:
    """Every attempt at a question, in order."""
    return LLMAttempt.objects.owned_by(user).filter(ask_id=ask_id).order_by("number")


def access_call(user: User | AnonymousUser, call_id: int) -> LLMCall:
    """Raises Forbidden for absent and foreign alike."""
    return LLMCall.objects.access(user, pk=call_id)


def answer_text(call: LLMCall) -> str:
    """The raw answer as it came."""
    return unpacked(call.answer)


def request_of(call: LLMCall) -> dict[str, Any]:
    """The request of a call, exactly as it was sent. Raises KeyError when a part of it is gone."""
    wanted = part_hashes(call.request_skeleton)
    rows = PromptPart.objects.filter(user_id=call.user_id, hash__in=wanted)
    parts = {row.hash: unpacked(row.text) for row in rows}
    return rebuild(StoredRequest(call.request_skeleton, parts, json.loads(unpacked(call.request_texts))))


@dataclass(frozen=True, slots=True)
class CallShown:
    """One call with its whole request and answer. Figures that the provider did not say are None."""

    call: LLMCall
    messages: Sequence[dict[str, Any]]
    answer: str


def call_shown(call: LLMCall) -> CallShown:
    """Raises KeyError when a part of its request is gone."""
    return CallShown(call, request_of(call)["messages"], answer_text(call))


def is_request_intact(call: LLMCall) -> bool:
    """Whether the stored request is the one that was sent, by its hash."""
    try:
        return request_hash(request_of(call)) == call.request_hash
    except (KeyError, IndexError, ValueError):
        return False


def used_by_run(user_id: int, run_id: int) -> Used:
    return used(LLMUsage.objects.filter(user_id=user_id, run_id=run_id))


def used_on_day(user_id: int, day: date) -> Used:
    """Over all of a user's runs, tests and chats."""
    return used(LLMUsage.objects.filter(user_id=user_id, day=day))


def used(rows: QuerySet[LLMUsage]) -> Used:
    sums = rows.aggregate(**{name: Sum(name) for name in Used.__slots__})
    return Used(**{name: value for name, value in sums.items() if value is not None})
