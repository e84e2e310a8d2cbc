"""What a run's calls come to, and how they are narrowed on its page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import answer_text
from runs.models import Run

FAILED = "failed"
EXCERPT = 200


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as a line of the list, with how its answer begins."""

    call: LLMCall
    begins: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all of a run's calls. Cost is None where that of any call is unknown."""

    calls: int
    failed: int
    unpriced: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost: Decimal | None
    purposes: dict[str, int]


def calls_listed(run: Run, kind: str = "") -> QuerySet[LLMCall]:
    """A run's calls without the weight of their requests: all, those of a purpose, or those that failed."""
    calls = LLMCall.objects.filter(run=run).defer("request_texts", "request_skeleton").order_by("id")
    if kind == FAILED:
        return calls.exclude(failure_code="")
    return calls.filter(purpose=kind) if kind else calls


def call_rows(calls: list[LLMCall]) -> list[CallRow]:
    return [CallRow(call, answer_text(call)[:EXCERPT]) for call in calls]


def totals_of(run: Run) -> Totals:
    """One query, a row for each purpose."""
    found: list[Any] = list(
        LLMCall.objects.filter(run=run)
        .order_by()
        .values("purpose")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=~Q(failure_code="")),
            unpriced=Count("id", filter=Q(cost=None)),
            dollars=Sum("cost"),
            given=Sum("input_tokens"),
            cached=Sum("cached_tokens"),
            got=Sum("output_tokens"),
        )
        .order_by("purpose")
    )

    def total(name: str) -> int:
        return sum(row[name] or 0 for row in found)

    dollars = sum((row["dollars"] or Decimal(0) for row in found), Decimal(0))
    return Totals(
        calls=total("calls"),
        failed=total("failed"),
        unpriced=total("unpriced"),
        input_tokens=total("given"),
        cached_tokens=total("cached"),
        output_tokens=total("got"),
        cost=None if total("unpriced") else dollars,
        purposes={row["purpose"]: row["calls"] for row in found},
    )
