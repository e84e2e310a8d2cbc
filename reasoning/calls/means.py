"""What calls took on average, by what they were for: for whoever estimates the next ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Avg, Count

from reasoning.calls.models import LLMCall


@dataclass(frozen=True, slots=True)
class Mean:
    """Tokens and seconds of one call. `calls` is how many it was learned from."""

    calls: int
    input: float
    cached: float
    output: float
    seconds: float


def means_of(run_ids: Collection[int]) -> dict[str, Mean]:
    """By purpose, over some accessed runs. Calls whose provider said nothing of tokens count for no mean."""
    rows = LLMCall.objects.filter(run_id__in=run_ids, input_tokens__gt=0, output_tokens__isnull=False)
    found = (
        rows.order_by()
        .values("purpose")
        .annotate(
            calls=Count("id"),
            input=Avg("input_tokens"),
            cached=Avg("cached_tokens", default=0),
            output=Avg("output_tokens"),
            latency=Avg("latency_ms", default=0),
        )
    )
    return {
        row["purpose"]: Mean(row["calls"], row["input"], row["cached"], row["output"], row["latency"] / 1000)
        for row in found
    }


def counts_of(run_ids: Collection[int]) -> dict[str, int]:
    """How many calls there were, by purpose."""
    rows = LLMCall.objects.filter(run_id__in=run_ids).order_by().values_list("purpose")
    return dict(rows.annotate(count=Count("id")))
