"""Asking: a question and the turn that will answer it are stored together, then a worker is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.limits import room_check
from chat.models import Conversation, Message, Part, PartKind, Role, Turn
from chat.parts import typed_text
from chat.queue import worker_call
from chat.scope import subject_access, subject_of
from chat.selectors import access_conversation, access_message, access_turn, active_turn
from chat.services.turns import turn_lose_if_stale
from chat.titles import title_made
from core.errors import Conflict, Forbidden, UserError

MOST_CHARACTERS = 20_000
REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """The turn of a question; not new when the same request was sent before."""

    turn: Turn
    is_new: bool


def message_send(
    user: User,
    *,
    text: str,
    request_id: str = "",
    conversation_id: int | None = None,
    subject: str = "",
    replaces: int | None = None,
) -> Sent:
    """Ask in a conversation, or in a new one about `subject`; with `replaces`, ask another question in its place.

    The same request id is one question, however often it is sent. Raises UserError, Conflict while an answer is being
    written, LimitReached, and Forbidden.
    """
    asked, key = question_checked(text), request_id_checked(request_id)

    def ask() -> Turn:
        if conversation_id is None:
            conversation = Conversation(user=user, **subject_access(user, subject).fields)
        else:
            conversation = conversation_free(user, conversation_id)
        above = parent_of(user, conversation, replaces)
        room_check(user)
        if conversation_id is None:
            conversation.title = title_made(asked)
            conversation.save()
        question = message_add(conversation, above, Role.USER)
        Part.objects.create(user=user, message=question, position=0, kind=PartKind.TEXT, text=asked)
        return turn_add(conversation, question, key)

    return once(user, key, ask)


def turn_again(user: User, turn_id: int, *, request_id: str = "") -> Sent:
    """Answer the same question once more, beside the answer that is there. Raises as `message_send`."""
    key = request_id_checked(request_id)

    def ask() -> Turn:
        before = access_turn(user, turn_id)
        conversation = conversation_free(user, before.conversation_id)
        room_check(user)
        return turn_add(conversation, access_message(user, before.question_id), key)

    return once(user, key, ask)


def once(user: User, key: str, ask: Callable[[], Turn]) -> Sent:
    """Ask unless this request was sent before; of two at once, one asks."""
    known = Turn.objects.owned_by(user).filter(request_id=key).select_related("conversation")
    if (turn := known.first()) is not None:
        return Sent(turn, is_new=False)
    try:
        with transaction.atomic():
            return Sent(ask(), is_new=True)
    except (IntegrityError, Conflict):
        if (turn := known.first()) is not None:
            return Sent(turn, is_new=False)
        raise


def conversation_free(user: User, conversation_id: int) -> Conversation:
    """Lock a conversation in which nothing is being answered, about something that is there. Raises Conflict."""
    conversation = access_conversation(user, conversation_id, lock=True)
    if subject_of(conversation).is_lost:
        message = "What this conversation is about has been deleted. Begin another one."
        raise Conflict(message, code="subject_deleted")
    turn = active_turn(conversation)
    if turn is not None and not turn_lose_if_stale(turn):
        raise Conflict(
            "An answer is still being written in this conversation. Wait for it, or stop it.",
            code="turn_active",
        )
    return conversation


def parent_of(user: User, conversation: Conversation, replaces: int | None) -> Message | None:
    """Below which message a question goes: the end of the branch that is shown, or where the replaced one stands."""
    if replaces is None:
        return conversation.leaf
    question = access_message(user, replaces)
    if question.conversation_id != conversation.pk or question.role != Role.USER:
        raise Forbidden
    return question.parent


def message_add(conversation: Conversation, parent: Message | None, role: Role) -> Message:
    return Message.objects.create(
        user_id=conversation.user_id,
        conversation=conversation,
        parent=parent,
        role=role,
        depth=parent.depth + 1 if parent is not None else 0,
    )


def turn_add(conversation: Conversation, question: Message, key: str) -> Turn:
    """The empty answer and its turn; a worker is called once they are committed."""
    answer = message_add(conversation, question, Role.ASSISTANT)
    turn = Turn.objects.create(
        user_id=conversation.user_id,
        conversation=conversation,
        question=question,
        answer=answer,
        request_id=key,
    )
    conversation.leaf, conversation.active_at = answer, timezone.now()
    conversation.save(update_fields=["leaf", "active_at"])
    worker_call(turn)
    return turn


def question_checked(text: str) -> str:
    asked = typed_text(text)
    if not 1 <= len(asked) <= MOST_CHARACTERS:
        found = f"has {len(asked):,}" if asked else "is empty"
        message = f"A question should have 1 to {MOST_CHARACTERS:,} characters, this one {found}."
        raise UserError(message, fields={"text": message})
    return asked


def request_id_checked(request_id: str) -> str:
    if not request_id:
        return uuid4().hex
    if not REQUEST_ID.fullmatch(request_id):
        message = "A request id should have 1 to 64 letters, digits, dots, colons, underscores or dashes."
        raise UserError(message, fields={"request_id": message})
    return request_id
