"""Conversations as rows, and an analyst that says what it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from agents.system_agent import events
from chat.answering import Answer, turn_run
from chat.models import Conversation, Part, Turn
from chat.services import message_send
from core.rls import acting_as

PAYLOAD = {
    "title": "Closed trades",
    "about": [{"key": "run", "label": "Run", "value": "Run 3 of Crosser", "unit": "text"}],
    "facts": [
        {"key": "pnl", "label": "Profit or loss", "value": "-84.2", "unit": "money"},
        {"key": "win_rate", "label": "Win rate", "value": 0.4, "unit": "percent"},
        {"key": "sharpe", "label": "Sharpe", "value": None, "unit": "ratio"},
    ],
    "tables": [
        {
            "title": "Worst trades",
            "columns": [
                {"key": "at", "label": "Closed", "unit": "time"},
                {"key": "symbol", "label": "Symbol", "unit": "text"},
                {"key": "pnl", "label": "Profit or loss", "unit": "money"},
            ],
            "rows": [
                ["2026-03-10T14:04:00+00:00", "TEST", "-50.1"],
                ["2026-03-10T15:00:00+00:00", "TEST", "-34.1"],
            ],
            "total": 7,
            "urls": ["/models/1/r/3/?tab=decisions&step=34", None],
            "cites": ["run 3 step 34", None],
        }
    ],
    "series": [],
    "links": [{"text": "Run 3", "url": "/models/1/r/3/"}],
    "notes": ["Fees are included."],
}
ANSWER = "You lost **$84.20** in 5 trades. The worst lost 50.10 dollars."
PLAIN: tuple[events.TurnEvent, ...] = (
    events.TextDelta("You lost "),
    events.TextDelta("money."),
    events.TextEnd("You lost money."),
    events.Usage("fake-1", 100, 20, 10),
    events.Done(model="fake-1"),
)


PIECE = events.TextDelta("Half of ")
PROPOSAL = events.Proposal(
    id="p1",
    kind="rule",
    model_id=1,
    title="No position above 20 % of equity",
    payload={"kind": "max_position_percent", "params": {"percent": 20}},
    diff=("+ No position above 20 % of equity",),
    evidence=("The worst trade of [run 3](/models/1/r/3/) was larger.",),
)


def with_tool() -> list[events.TurnEvent]:
    """Words, a tool, words about what it found; one number of two is in it."""
    verified = events.Span(ANSWER.index("$84.20"), ANSWER.index("$84.20") + 6, ("c1",))
    unverified = events.Span(ANSWER.index("5 trades"), ANSWER.index("5 trades") + 1)
    return [
        events.TextDelta("Let me look."),
        events.TextEnd("Let me look."),
        events.ToolCall("c1", "analyze_trades", {"run": 3, "which": "losing"}),
        events.ToolResult("c1", "analyze_trades", PAYLOAD, rows=2, duration_ms=12),
        *(events.TextDelta(ANSWER[at : at + 7]) for at in range(0, len(ANSWER), 7)),
        events.TextEnd(ANSWER, events.Grounding((verified, unverified))),
        events.Usage("fake-1", 900, 700, 60),
        events.Done(model="fake-1"),
    ]


Said = events.TurnEvent | Callable[[], None]
PATIENCE = 10.0


def scripted(*said: Said) -> Answer:
    """An analyst that says these events, and between them does what stands there; it ends when it is told to stop."""

    def answer(request: events.TurnRequest, stop: Callable[[], bool]) -> Iterator[events.TurnEvent]:
        for event in said:
            if event is wait_for_stop:
                wait_until(stop)
            if stop():
                yield events.Done(is_partial=True, model="fake-1")
                return
            if callable(event):
                event()
            else:
                yield event

    return answer


def wait_for_stop() -> None:
    """In a script: nothing more is said until somebody asks to stop."""


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        threading.Event().wait(0.01)


def ask(user: User, text: str = "Why did I lose money?", **fields: Any) -> Turn:
    with acting_as(user.pk):
        return message_send(user, text=text, **fields).turn


def answer_with(turn: Turn, said: Iterable[Said] = PLAIN) -> Turn:
    """Be the worker."""
    turn_run(turn.user_id, turn.pk, scripted(*said), worker="test")
    turn.refresh_from_db()
    return turn


def exchange(
    user: User, text: str = "Why did I lose money?", said: Iterable[Said] = PLAIN, **fields: Any
) -> Turn:
    """A question with its answer."""
    return answer_with(ask(user, text, **fields), said)


def conversation_of(turn: Turn) -> Conversation:
    return Conversation.objects.get(pk=turn.conversation_id)


def parts_of(turn: Turn) -> list[tuple[str, str, bool]]:
    """Kind, text and whether it is open, of each part of the answer."""
    rows = Part.objects.filter(message=turn.answer_id).order_by("position")
    return [(row.kind, row.text, row.is_open) for row in rows]


def silent_since(turn: Turn, seconds: float) -> None:
    """Let a turn's worker, or whoever should take it, have been silent for so long."""
    long_ago = timezone.now() - timedelta(seconds=seconds)
    Turn.objects.filter(pk=turn.pk).update(heartbeat_at=long_ago, woken_at=long_ago)
    turn.refresh_from_db()
