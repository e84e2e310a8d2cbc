"""Writes of conversations as a whole."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from chat.models import Conversation
from chat.parts import typed_text
from chat.selectors import access_conversation, access_message, active_turn, newest_below
from chat.services.turns import turn_lose_if_stale, turn_stop
from chat.titles import MOST_TITLE
from core.errors import Conflict, UserError


@transaction.atomic
def conversation_rename(user: User, conversation_id: int, *, title: str) -> Conversation:
    """Give a conversation a title, which then stays. Raises UserError for one that is empty or too long."""
    wanted = " ".join(typed_text(title).split())
    if not 1 <= len(wanted) <= MOST_TITLE:
        message = f"A title should have 1 to {MOST_TITLE} characters, has {len(wanted)}."
        raise UserError(message, fields={"title": message})
    conversation = access_conversation(user, conversation_id, lock=True)
    conversation.title, conversation.is_renamed = wanted, True
    conversation.save(update_fields=["title", "is_renamed"])
    return conversation


@transaction.atomic
def conversation_delete(user: User, conversation_id: int) -> None:
    """Remove a conversation with all that was said in it. Raises Conflict while an answer is being written."""
    conversation = access_conversation(user, conversation_id, lock=True)
    turn = active_turn(conversation)
    if turn is not None and not turn_lose_if_stale(turn):
        raise Conflict(
            "An answer is being written here. Stop it before you delete the conversation.", code="turn_active"
        )
    conversation.delete()


@transaction.atomic
def branch_choose(user: User, message_id: int) -> Conversation:
    """Show the newest branch through a message. Raises Conflict while an answer is being written."""
    message = access_message(user, message_id)
    conversation = access_conversation(user, message.conversation_id, lock=True)
    turn = active_turn(conversation)
    if turn is not None and not turn_lose_if_stale(turn):
        raise Conflict("An answer is being written. Wait for it, or stop it.", code="turn_active")
    conversation.leaf_id = newest_below(message)
    conversation.save(update_fields=["leaf"])
    return conversation


def conversation_stop(user: User, conversation_id: int) -> None:
    """Ask whatever is being answered here to stop; harmless where nothing is."""
    turn = active_turn(access_conversation(user, conversation_id))
    if turn is not None:
        turn_stop(user, turn.pk)
