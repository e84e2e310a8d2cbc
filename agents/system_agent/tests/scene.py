"""Turns over the small run of the tools' scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import User

from agents.analyst import answer
from agents.system_agent.events import (
    Choice,
    Done,
    Failure,
    Proposal,
    Scope,
    TextDelta,
    TextEnd,
    TextReset,
    ToolCall,
    ToolResult,
    TurnEvent,
    TurnRequest,
    Usage,
)
from profiles.models import TradingModel
from runs.models import Run

E = TypeVar("E", bound=TurnEvent)


@dataclass
class Told:
    """The events of a turn, sorted by kind."""

    events: list[TurnEvent]

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def end(self) -> TextEnd:
        """The last text, which is the answer."""
        return self.all(TextEnd)[-1]

    @property
    def text(self) -> str:
        return self.end.text

    @property
    def unverified(self) -> list[str]:
        return [self.text[span.start : span.end] for span in self.end.grounding.unverified]

    @property
    def tools(self) -> list[str]:
        return [call.tool for call in self.all(ToolCall)]

    @property
    def results(self) -> dict[str, ToolResult]:
        return {result.tool: result for result in self.all(ToolResult)}

    @property
    def proposals(self) -> list[Proposal]:
        return self.all(Proposal)

    @property
    def failure(self) -> Failure | None:
        return next(iter(self.all(Failure)), None)

    @property
    def done(self) -> Done:
        return self.all(Done)[-1]

    @property
    def streamed(self) -> str:
        """What stands on a page that follows the deltas, as of the last end."""
        shown, open_text = "", ""
        for event in self.events:
            if isinstance(event, TextDelta):
                open_text += event.text
            elif isinstance(event, TextReset):
                open_text = ""
            elif isinstance(event, TextEnd):
                shown, open_text = shown + open_text, ""
        return shown + open_text

    @property
    def usage(self) -> list[Usage]:
        return self.all(Usage)


def scope_of(about: Run | TradingModel | None) -> Scope:
    if isinstance(about, Run):
        return Scope("run", about.model_id, about.pk)
    return Scope("model", about.pk) if about is not None else Scope()


def asked(
    user: User,
    text: str,
    about: Run | TradingModel | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    choice: Choice | None = None,
    **fields: Any,
) -> Told:
    """A whole turn; by the built-in analyst unless a language model is chosen."""
    request = TurnRequest(user.pk, text, scope_of(about), choice=choice, **fields)
    told = Told(list(answer(request, stop)))
    assert isinstance(told.events[-1], Done)
    assert len(told.all(Done)) == 1
    return told
