"""What has happened, as rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from profiles.notifications.models import Delivery, Notification
from reasoning.calls.models import LLMAttempt

NOW = timezone.now()


def ago(**age: float) -> object:
    return timezone.now() - timedelta(**age)


def asked(user: User, **values: object) -> LLMAttempt:
    fields = {
        "user": user, "ask_id": uuid4(), "purpose": "decision", "server_address": "api.example.com", "request_model": "m",
        "number": 1, "ended_at": timezone.now(), "counted_tokens": 100, "counted_cost": Decimal("0.25"), "latency_ms": 500,
    }  # fmt: skip
    return LLMAttempt.objects.create(**fields | values)


def undelivered(user: User, state: str, key: str) -> Delivery:
    told = Notification.objects.create(user=user, kind="run_failed", subject="Run 1 failed", key=key)
    return Delivery.objects.create(
        user=user,
        notification=told,
        channel="webhook",
        state=state,
        last_error="Status 500.",
        last_attempt_at=NOW,
    )
