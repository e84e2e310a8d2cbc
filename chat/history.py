"""What the analyst is told of a conversation: a summary of what is long ago, and the newest messages as they are."""

from __future__ import annotations

from django.contrib.auth.models import User

from agents.system_agent import events
from chat.answerer import choice_of, instructions_for
from chat.limits import budget_left
from chat.models import Message, Part, PartKind, Turn
from chat.parts import message_of
from chat.scope import analyst_scope
from chat.selectors import access_conversation, path_ids, said

MOST_MESSAGES = 60  # as they are; a summary is made long before


def request_of(user: User, turn: Turn) -> events.TurnRequest:
    """Everything the analyst needs for a claimed turn."""
    conversation = access_conversation(user, turn.conversation_id)
    question = turn.question
    summary, history = told_of(user, question.parent_id)
    return events.TurnRequest(
        user_id=user.pk,
        text=text_of(question),
        scope=analyst_scope(conversation),
        history=history,
        summary=summary,
        choice=choice_of(user),
        extra_instructions=instructions_for(user),
        budget=budget_left(user),
    )


def told_of(user: User, leaf_id: int | None) -> tuple[str, tuple[events.Message, ...]]:
    """The newest summary of a branch and the messages after it, oldest first."""
    ids = list(reversed(path_ids(user, leaf_id, most=MOST_MESSAGES)))
    found = said(user, ids)
    summarised = [place for place, one in enumerate(found) if one.message.summary]
    summary = found[summarised[-1]].message.summary if summarised else ""
    newer = found[summarised[-1] + 1 :] if summarised else found
    return summary, tuple(message_of(one.message, kept(one.parts)) for one in newer if one.parts)


def kept(parts: list[Part]) -> list[Part]:
    """Parts that later answers may build on: an error was the provider's, and says nothing about the question."""
    return [part for part in parts if part.kind != PartKind.ERROR]


def text_of(message: Message) -> str:
    """What a user's message says."""
    return "\n".join(part.text for part in message.parts.all() if part.kind == PartKind.TEXT)
