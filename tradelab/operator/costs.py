"""What language models cost: by user, endpoint and AI model, from every request on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import Coalesce

from core.errors import UserError
from core.requests import whole_in
from reasoning.calls.models import LLMAttempt

WINDOWS = {1: "24 hours", 7: "7 days", 30: "30 days"}
MOST_SHOWN = 25


class CostRow(NamedTuple):
    user: str
    endpoint: str
    ai_model: str
    requests: int
    failed: int
    tokens: int
    cost: Decimal | None  # None: nobody knows what any of it cost
    unpriced: int
    latency_seconds: float | None


class Costs(NamedTuple):
    rows: list[CostRow]
    total: Decimal | None
    requests: int
    failed: int
    window: str  # how far back, in words


def window_of(text: str) -> int:
    """How many days back to look. Raises UserError."""
    days = whole_in(text)
    if days not in WINDOWS:
        raise UserError(f"days should be one of {', '.join(map(str, WINDOWS))}, was {text[:40]!r}.")
    return days


def costs_measure(now: datetime, days: int) -> Costs:
    """Sums over the last days, the dearest first; of those that are not shown too."""
    grouped = (
        LLMAttempt.objects.filter(sent_at__gt=now - timedelta(days=days))
        .values(name=F("user__username"), server=F("server_address"), asked=F("request_model"))
        .annotate(
            requests=Count("pk"),
            failures=Count("pk", filter=~Q(failure_code="")),
            used=Coalesce(Sum("counted_tokens"), 0),
            dollars=Sum("counted_cost"),
            unknown=Count("pk", filter=Q(counted_cost=None, ended_at__isnull=False)),
            wait=Avg("latency_ms", filter=Q(failure_code="")),
        )
    )
    rows = [
        CostRow(
            found["name"],
            found["server"],
            found["asked"],
            found["requests"],
            found["failures"],
            found["used"],
            found["dollars"],
            found["unknown"],
            None if found["wait"] is None else found["wait"] / 1000,
        )
        for found in grouped
    ]
    rows.sort(key=lambda row: (-(row.cost or 0), -row.requests, row.user, row.endpoint, row.ai_model))
    known = [row.cost for row in rows if row.cost is not None]
    return Costs(
        rows[:MOST_SHOWN],
        sum(known, Decimal(0)) if known or not rows else None,
        sum(row.requests for row in rows),
        sum(row.failed for row in rows),
        WINDOWS[days],
    )
