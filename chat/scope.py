"""What a conversation is about: everything, one Model or one run; how it is named, and where its page is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from agents.system_agent import events
from chat.models import Conversation, Scope
from core.errors import Forbidden
from profiles.models import TradingModel
from profiles.selectors import access_model
from runs.models import Run
from runs.selectors import access_run


@dataclass(frozen=True, slots=True)
class Subject:
    """A scope with what it names, accessed by its user."""

    scope: Scope = Scope.GENERAL
    model: TradingModel | None = None
    run: Run | None = None

    @property
    def title(self) -> str:
        if self.run is not None:
            return f"Run {self.run.number} of {self.run.model.name}"
        if self.model is not None:
            return self.model.name
        return "a deleted run" if self.scope == Scope.RUN else ""

    @property
    def url(self) -> str:
        """Of the page of the run or Model; empty for everything, and for what has been deleted."""
        if self.is_lost:
            return ""
        if self.run is not None:
            return reverse("runs:run-detail", args=[self.run.model_id, self.run.number])
        return reverse("profiles:model-detail", args=[self.model.pk]) if self.model is not None else ""

    @property
    def is_lost(self) -> bool:
        """Whether its run or Model has been deleted."""
        is_named = self.run is not None or self.model is not None or self.scope == Scope.GENERAL
        return not is_named or (self.run is not None and self.run.deleted_at is not None)

    @property
    def fields(self) -> dict[str, Any]:
        """Of a conversation about it."""
        return {"scope": self.scope, "model": self.model, "run": self.run}

    @property
    def query(self) -> str:
        """As a form or an address names it: "", "model:3", "run:12"."""
        subject = self.run or self.model
        return f"{self.scope}:{subject.pk}" if subject is not None else ""


def subject_access(user: User, query: str) -> Subject:
    """The subject that "", "model:3" or "run:12" names. Raises Forbidden for foreign, absent and senseless alike."""
    if not query:
        return Subject()
    kind, _, number = query.partition(":")
    if not number.isdecimal() or len(number) > 18:
        raise Forbidden
    if kind == Scope.MODEL:
        return Subject(Scope.MODEL, model=access_model(user, int(number)))
    if kind == Scope.RUN:
        return Subject(Scope.RUN, run=access_run(user, int(number)))
    raise Forbidden


def subject_of(conversation: Conversation) -> Subject:
    """Of a conversation that has been accessed, with its Model or run selected along."""
    return Subject(Scope(conversation.scope), conversation.model, conversation.run)


def analyst_scope(conversation: Conversation) -> events.Scope:
    """The scope as the analyst is told it."""
    if conversation.run is not None:
        return events.Scope("run", conversation.run.model_id, conversation.run_id)
    if conversation.model_id is not None:
        return events.Scope("model", conversation.model_id)
    return events.Scope()
