"""A Model's schedules on its page."""

from __future__ import annotations

from typing import Any

from agents.schedules.selectors import schedules_now, schedules_of
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel


def schedules(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    return {"schedules": schedules_now(schedules_of(request.user, model.pk)), "model": model}


PANEL = Panel("model", "schedules", "Schedules", 24, "agents/schedules/_model.html", schedules)
