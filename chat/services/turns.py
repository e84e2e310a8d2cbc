"""A turn: claimed by one worker, kept alive by its heartbeat, ended exactly once.

Whoever writes for a turn shows the token of its claim under the row's lock; a worker that comes late writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from agents.system_agent.events import Usage
from chat.deltas import entry_add, stop_ask
from chat.models import STALE_SECONDS, Conversation, Part, PartKind, Turn, TurnState
from chat.parts import StoredPart
from chat.selectors import access_turn
from chat.titles import title_made
from core.rls import acting_as

QUEUED_SECONDS = 10  # then somebody else is sent for
LOST = "The worker that wrote this answer died. What it had written is kept."


TOKENS = ("input_tokens", "cached_tokens", "output_tokens")
N = TypeVar("N", int, Decimal)


class TurnLost(Exception):
    """The turn has ended, or is somebody else's: stop, write nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Proof of having claimed a turn."""

    user_id: int
    turn_id: int
    answer_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Used:
    """What a turn took over all calls; None is unknown, never 0."""

    calls: int = 0
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    ai_model: str = ""
    numbers: int = 0
    verified_numbers: int = 0

    def plus(self, usage: Usage) -> Used:
        """With one call more. A sum of which a part is unknown is unknown, except tokens of the cache."""
        is_first = self.calls == 0
        return replace(
            self,
            calls=self.calls + 1,
            input_tokens=added(self.input_tokens, usage.input_tokens, is_first),
            cached_tokens=(self.cached_tokens or 0) + (usage.cached_tokens or 0),
            output_tokens=added(self.output_tokens, usage.output_tokens, is_first),
            cost=added(self.cost, usage.cost, is_first),
            ai_model=usage.model or self.ai_model,
        )


def added(before: N | None, more: N | None, is_first: bool) -> N | None:
    if is_first:
        return more
    return None if before is None or more is None else before + more


def turn_claim(user: User, turn_id: int, *, worker: str) -> Claim | None:
    """Take a queued turn; None when it is taken or has ended. A turn is never taken twice: that would ask twice."""
    token = uuid4().hex
    now = timezone.now()
    queued = Turn.objects.owned_by(user).filter(pk=turn_id, state=TurnState.QUEUED)
    taken = {"state": TurnState.RUNNING, "claim_token": token, "worker": worker[:100]}
    if not queued.update(**taken, started_at=now, heartbeat_at=now):
        return None
    return Claim(user.pk, turn_id, access_turn(user, turn_id).answer_id, token)


def turn_beat(user: User, claim: Claim) -> bool:
    """Give a sign of life; return whether the user asked to stop. Raises TurnLost."""
    row = Turn.objects.owned_by(user).filter(
        pk=claim.turn_id, claim_token=claim.token, state=TurnState.RUNNING
    )
    if not row.update(heartbeat_at=timezone.now()):
        raise TurnLost
    return row.values_list("stop_requested_at", flat=True).first() is not None


def turn_lock_claimed(user: User, claim: Claim) -> Turn:
    turn = access_turn(user, claim.turn_id, lock=True)
    if turn.state != TurnState.RUNNING or turn.claim_token != claim.token:
        raise TurnLost
    return turn


@transaction.atomic
def part_save(
    user: User, claim: Claim, position: int, part: StoredPart, *, is_open: bool = False, stream_id: str = ""
) -> None:
    """Store a part of the answer, in the place of what was stored there before. Raises TurnLost.

    `stream_id` is the entry of the stream up to which the stored parts go now.
    """
    turn = turn_lock_claimed(user, claim)
    parts_write(turn, [(position, part)], is_open=is_open)
    turn.heartbeat_at = timezone.now()
    turn.stream_id = stream_id or turn.stream_id
    turn.save(update_fields=["heartbeat_at", "stream_id"])


def parts_write(turn: Turn, parts: Sequence[tuple[int, StoredPart]], *, is_open: bool = False) -> None:
    rows = [
        Part(
            user_id=turn.user_id,
            message_id=turn.answer_id,
            position=position,
            kind=part.kind,
            text=part.text,
            payload=part.payload,
            is_open=is_open,
        )
        for position, part in parts
    ]
    Part.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["message", "position"],
        update_fields=["kind", "text", "payload", "is_open"],
    )


@transaction.atomic
def turn_finish(
    user: User,
    claim: Claim,
    state: TurnState,
    *,
    parts: Sequence[tuple[int, StoredPart]] = (),
    used: Used = Used(),
    is_partial: bool = False,
    error_code: str = "",
    is_built_in: bool = False,
    first_text_at: datetime | None = None,
) -> None:
    """End a turn with its last parts, in one transaction; viewers are told once it is committed. Raises TurnLost."""
    turn = turn_lock_claimed(user, claim)
    parts_write(turn, parts)
    for name in ("calls", *TOKENS, "cost", "numbers", "verified_numbers", "ai_model"):
        setattr(turn, name, getattr(used, name))
    turn.is_partial, turn.error_code = is_partial, error_code
    turn.is_built_in, turn.first_text_at = is_built_in, first_text_at
    name_conversation(turn)
    turn_end(turn, state)


def name_conversation(turn: Turn) -> None:
    """Let a first question that says little be named after its answer, unless the user has given a title.

    Another question in its place, or another answer, leaves the name that the first exchange has given.
    """
    conversation, question = turn.conversation, turn.question
    before = Turn.objects.filter(conversation=conversation, pk__lt=turn.pk, state=TurnState.DONE)
    if question.depth == 0 and not conversation.is_renamed and not before.exists():
        asked, said = (
            "\n".join(Part.objects.filter(message=message, kind=PartKind.TEXT).values_list("text", flat=True))
            for message in (question, turn.answer)
        )
        conversation.title = title_made(asked, said)
        conversation.save(update_fields=["title"])


def turn_end(turn: Turn, state: TurnState) -> None:
    """End a locked turn in the caller's transaction, with no part left open."""
    turn.state, turn.ended_at = state, timezone.now()
    turn.save()
    Part.objects.filter(message_id=turn.answer_id, is_open=True).update(is_open=False)
    Conversation.objects.filter(pk=turn.conversation_id).update(active_at=turn.ended_at)
    transaction.on_commit(partial(entry_add, turn.pk, "end", state=state.value), robust=True)


@transaction.atomic
def turn_stop(user: User, turn_id: int) -> Turn:
    """Ask a turn to stop: at once where nobody has begun, else within two seconds. Harmless to repeat."""
    turn = access_turn(user, turn_id, lock=True)
    if turn.state == TurnState.QUEUED:
        turn.is_partial = True
        turn_end(turn, TurnState.STOPPED)
    elif turn.state == TurnState.RUNNING and turn.stop_requested_at is None:
        turn.stop_requested_at = timezone.now()
        turn.save(update_fields=["stop_requested_at"])
        transaction.on_commit(partial(stop_ask, turn.pk), robust=True)
    return turn


@transaction.atomic
def turn_lose(user: User, turn_id: int) -> bool:
    """Give a turn up whose worker has been silent for too long; return whether it was so."""
    return turn_lose_if_stale(access_turn(user, turn_id, lock=True))


def turn_lose_if_stale(turn: Turn) -> bool:
    """The same for a turn of a conversation that is locked, or a turn that is, in the caller's transaction."""
    if not turn.is_stale:
        return False
    last = Part.objects.filter(message_id=turn.answer_id).order_by("-position").first()
    position = last.position + 1 if last else 0
    parts_write(turn, [(position, StoredPart(PartKind.ERROR, LOST, {"code": TurnState.WORKER_LOST}))])
    turn.is_partial, turn.error_code = last is not None, TurnState.WORKER_LOST
    turn_end(turn, TurnState.WORKER_LOST)
    return True


def turns_wake() -> list[tuple[int, int]]:
    """Give up turns whose worker died, and return those that wait for one, as (user, turn)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, turn_id, state FROM chat_turns_to_wake(%s, %s)", [QUEUED_SECONDS, STALE_SECONDS]
        )
        rows = cursor.fetchall()
    for user_id, turn_id, state in rows:
        if state == TurnState.RUNNING:
            with acting_as(user_id):
                turn_lose(User(pk=user_id), turn_id)
    return [(user_id, turn_id) for user_id, turn_id, state in rows if state == TurnState.QUEUED]
