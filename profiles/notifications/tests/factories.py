"""What tests of deliveries tell, and when."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from profiles.notifications.kinds import Kind
from profiles.notifications.models import Delivery
from profiles.notifications.services import notify


def told(user: User, key: str = "run:7:failed") -> Delivery:
    notify(user.pk, Kind.RUN_FAILED, subject="Run 7 failed", body="Look.", url="/runs/7/", key=key)
    return Delivery.objects.latest("pk")


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)
