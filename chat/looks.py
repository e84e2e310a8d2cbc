"""One look at a turn for whoever watches it: everything a viewer needs, from one moment of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.utils import timezone

from chat.models import PartKind, Turn
from chat.selectors import Said, access_turn, said
from chat.services.turns import turn_lose
from core.rls import acting_as


class Shape(Protocol):
    """How a viewer wants to be told: as fragments of a page, or as JSON."""

    def snapshot(self, one: Said) -> dict[str, Any]:
        """Everything said so far, in place of whatever the viewer has."""

    def block(self, one: Said, position: int) -> dict[str, Any]:
        """What the part at this position changes."""

    def done(self, one: Said) -> dict[str, Any]:
        """The message as it is now that the turn has ended."""


@dataclass(frozen=True, slots=True)
class Look:
    """`lengths` are the characters of each text that the snapshot holds; `stream_id` is the entry they go up to."""

    turn: Turn
    one: Said
    lengths: dict[int, int]

    @property
    def is_over(self) -> bool:
        return not self.turn.is_active

    @property
    def stream_id(self) -> str:
        return self.turn.stream_id or "0-0"


def look_at(user: User | AnonymousUser, turn_id: int) -> Look:
    """The turn with its answer, in the caller's transaction; one whose worker died is given up first. Raises Forbidden."""
    turn = access_turn(user, turn_id)
    if turn.is_stale and user.is_authenticated and turn_lose(user, turn_id):
        turn = access_turn(user, turn_id)
    (one,) = said(user, [turn.answer_id])
    lengths = {part.position: len(part.text) for part in one.parts if part.kind == PartKind.TEXT}
    return Look(turn, one, lengths)


def looking(user_id: int, turn_id: int, zone: tzinfo, show: Callable[[Look], Any]) -> Any:
    """The same from a stream, which has no transaction of its own and keeps no connection."""
    try:
        with acting_as(user_id), timezone.override(zone):
            return show(look_at(User(pk=user_id), turn_id))
    finally:
        connection.close()
