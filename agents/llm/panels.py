"""What a run has asked and spent, on its page."""

from __future__ import annotations

from typing import Any

from agents.deciders import DECIDERS
from agents.llm.bounds import bounds_of
from core import panels
from core.panels import Panel
from core.requests import UserRequest
from runs import page
from runs.models import Run


def register() -> None:
    panels.register(Panel(page.SIDE, "spending", "AI spending", 40, "agents/_spending.html", spending))
    panels.register(Panel(page.FACTS, "spending", "AI spending", 10, "agents/_spent.html", spending))


def spending(request: UserRequest, run: Run) -> dict[str, Any]:
    kind = DECIDERS.get(run.decider)
    if kind is None or kind.is_free:
        return {"run": run, "asks": False}
    return {"run": run, "asks": True, "bounds": bounds_of(request.user, run)}
