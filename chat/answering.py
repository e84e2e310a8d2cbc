"""Working on a turn: the analyst's events are written down until the turn has ended in one of its states."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from django.contrib.auth.models import User

from agents.closing import is_closing
from agents.system_agent import events
from chat.history import request_of
from chat.models import PartKind, TurnState
from chat.parts import StoredPart, stored
from chat.scribe import Pulse, Scribe
from chat.selectors import access_turn
from chat.services.turns import Claim, TurnLost, Used, turn_claim, turn_finish
from core.rls import acting_as

logger = logging.getLogger(__name__)

# A generator, so that it can be closed.
Answer: TypeAlias = Callable[[events.TurnRequest, Callable[[], bool]], Iterator[events.TurnEvent]]
BROKEN = StoredPart(
    PartKind.ERROR,
    "Something broke on our side while this was answered. What was written so far is kept.",
    {"code": "internal_error"},
)
CLOSED = StoredPart(
    PartKind.ERROR, "The server was restarted while this was answered.", {"code": "server_restarted"}
)


@dataclass
class Outcome:
    """What has come of a turn so far."""

    used: Used = field(default_factory=Used)
    error: StoredPart | None = None
    done: events.Done | None = None


def turn_run(user_id: int, turn_id: int, answer: Answer, *, worker: str) -> bool:
    """Claim a turn and answer it; return whether it was this worker's to answer. Safe to run twice."""
    user = User(pk=user_id)  # its id is all that selectors and row-level security ask for
    with acting_as(user_id):
        claim = turn_claim(user, turn_id, worker=worker)
        request = request_of(user, access_turn(user, turn_id)) if claim is not None else None
    if claim is None or request is None:
        return False
    scribe, outcome = Scribe(user, claim), Outcome()
    try:
        with Pulse(scribe):
            write_down(answer, request, scribe, outcome)
        finish(user, claim, scribe, outcome)
    except TurnLost:
        logger.info("turn %s was given up before it ended here", turn_id)
    except Exception:
        outcome.error = BROKEN
        finish(user, claim, scribe, outcome)
        raise
    return True


def write_down(answer: Answer, request: events.TurnRequest, scribe: Scribe, outcome: Outcome) -> None:
    """Take the analyst's events until it is done. Raises TurnLost, and whatever the analyst raises."""
    said = answer(request, scribe.should_end)
    try:
        for event in said:
            take(event, scribe, outcome)
    finally:
        if hasattr(said, "close"):
            said.close()


def take(event: events.TurnEvent, scribe: Scribe, outcome: Outcome) -> None:
    match event:
        case events.TextDelta(text):
            scribe.delta(text)
        case events.TextReset(reason):
            scribe.reset(reason)
        case events.Usage():
            outcome.used = outcome.used.plus(event)
        case events.Failure():
            outcome.error = stored(event)
        case events.Done():
            outcome.done = event
        case events.TextEnd(grounding=grounding):
            numbers = outcome.used.numbers + len(grounding.spans)
            verified = outcome.used.verified_numbers + len(grounding.verified)
            outcome.used = replace(outcome.used, numbers=numbers, verified_numbers=verified)
            scribe.part(stored(event))
        case _:
            scribe.part(stored(event))


def finish(user: User, claim: Claim, scribe: Scribe, outcome: Outcome) -> None:
    """End the turn with what is left to write, in one transaction."""
    state, error = state_of(scribe, outcome)
    parts = [scribe.open_part()] if scribe.has_open_text else []
    parts += [error] if error else []
    done = outcome.done or events.Done(is_partial=True)
    try:
        with acting_as(user.pk):
            turn_finish(
                user,
                claim,
                state,
                parts=[(scribe.position + place, part) for place, part in enumerate(parts)],
                used=outcome.used,
                is_partial=done.is_partial or state is not TurnState.DONE,
                error_code=error.payload["code"] if error else "",
                is_built_in=done.model == events.BUILT_IN,
                first_text_at=scribe.first_text_at,
            )
    except TurnLost:
        logger.info("turn %s was given up before its end was written", claim.turn_id)


def state_of(scribe: Scribe, outcome: Outcome) -> tuple[TurnState, StoredPart | None]:
    if scribe.is_stopped and (outcome.done is None or outcome.done.is_partial):
        return TurnState.STOPPED, None
    if outcome.error is not None:
        return TurnState.FAILED, outcome.error
    if outcome.done is not None and not (outcome.done.is_partial and is_closing()):
        return TurnState.DONE, None
    return TurnState.FAILED, CLOSED if is_closing() else BROKEN
