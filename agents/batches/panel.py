"""The newest batches on the page of their Model."""

from __future__ import annotations

from typing import Any

from agents.batches.selectors import batches_of_model
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel


def batches(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    return {"batches": batches_of_model(request.user, model.pk)}


PANEL = Panel("model", "batches", "Batches", 22, "agents/batches/_model.html", batches)
