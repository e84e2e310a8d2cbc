"""Asking from the page of a run or a Model; `?ask=7` has conversation 7 open beside it."""

from __future__ import annotations

from typing import Any

from chat.models import Conversation, Scope
from chat.pages import panel_context
from chat.scope import Subject
from chat.selectors import conversations_about
from core import panels
from core.panels import Panel
from core.requests import UserRequest
from profiles.models import TradingModel
from runs import page
from runs.models import Run
from runs.query import number_in


def register() -> None:
    panels.register(Panel(page.BESIDE, "ask", "Ask", 10, "chat/_panel.html", beside_run))
    panels.register(Panel("model", "ask", "Ask", 15, "chat/_panel.html", beside_model))


def beside_run(request: UserRequest, run: Run) -> dict[str, Any]:
    return beside(request, Subject(Scope.RUN, run=run))


def beside_model(request: UserRequest, model: TradingModel) -> dict[str, Any]:
    return beside(request, Subject(Scope.MODEL, model=model))


def beside(request: UserRequest, subject: Subject) -> dict[str, Any]:
    return panel_context(request.user, subject, opened(request, subject))


def opened(request: UserRequest, subject: Subject) -> Conversation | None:
    """The conversation that the address names; one about something else, or nobody's, is passed over."""
    number = number_in(request, "ask")
    return conversations_about(request.user, subject).filter(pk=number).first() if number else None
