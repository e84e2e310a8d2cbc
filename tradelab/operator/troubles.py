"""What went wrong lately: failed runs, language models that refused, answers that broke off, deliveries given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, QuerySet

from chat.models import Turn, TurnState
from profiles.notifications.models import Delivery, DeliveryState
from reasoning.calls.models import LLMAttempt
from runs.models import Run, RunState

LATELY = timedelta(hours=24)
MOST_SHOWN = 10


class FailedRun(NamedTuple):
    run: Run
    at: datetime | None


class FailureCode(NamedTuple):
    """How often one thing went wrong somewhere."""

    where: str
    code: str
    often: int
    last_at: datetime


class Troubles(NamedTuple):
    runs: list[Run]
    codes: list[FailureCode]
    deliveries: list[Delivery]
    failed_runs: int
    failed_deliveries: int
    waiting_deliveries: int

    @property
    def total(self) -> int:
        return self.failed_runs + sum(code.often for code in self.codes)


def troubles_find(now: datetime) -> Troubles:
    """The last day's troubles, the latest first."""
    since = now - LATELY
    failed = Run.objects.filter(state=RunState.FAILED, ended_at__gt=since, deleted_at=None).order_by(
        "-ended_at"
    )
    states = delivery_states(since)
    return Troubles(
        runs=list(failed.select_related("model", "user").defer("snapshot", "decider_params")[:MOST_SHOWN]),
        codes=[*llm_codes(since), *turn_codes(since)],
        deliveries=list(deliveries_in_trouble()[:MOST_SHOWN]),
        failed_runs=failed.count(),
        failed_deliveries=states.get(DeliveryState.FAILED.value, 0),
        waiting_deliveries=states.get(DeliveryState.WAITING.value, 0),
    )


def delivery_states(since: datetime) -> dict[str, int]:
    rows = Delivery.objects.filter(created_at__gt=since).values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in rows}


def deliveries_in_trouble() -> QuerySet[Delivery]:
    """Deliveries that were given up, or are tried again."""
    return (
        Delivery.objects.exclude(state=DeliveryState.DELIVERED)
        .exclude(last_error="")
        .select_related("notification", "user")
        .order_by("-last_attempt_at")
    )


def llm_codes(since: datetime) -> list[FailureCode]:
    rows = (
        LLMAttempt.objects.filter(sent_at__gt=since)
        .exclude(failure_code="")
        .values("server_address", "failure_code")
        .annotate(count=Count("pk"), last=Max("sent_at"))
        .order_by("-count", "-last")[:MOST_SHOWN]
    )
    return [
        FailureCode(row["server_address"], row["failure_code"], row["count"], row["last"]) for row in rows
    ]


def turn_codes(since: datetime) -> list[FailureCode]:
    rows = (
        Turn.objects.filter(state__in=(TurnState.FAILED, TurnState.WORKER_LOST), created_at__gt=since)
        .values("state", "error_code")
        .annotate(count=Count("pk"), last=Max("created_at"))
        .order_by("-count", "-last")[:MOST_SHOWN]
    )
    return [FailureCode("chat", row["error_code"] or row["state"], row["count"], row["last"]) for row in rows]
