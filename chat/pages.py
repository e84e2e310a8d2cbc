"""What the pages of conversations are put together from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from agents.system_agent.events import BUILT_IN
from chat.answerer import choice_of
from chat.models import Conversation
from chat.rendering.messages import Bubble, bubble_of
from chat.scope import Subject, subject_of
from chat.selectors import MessagePage, conversations_about, conversations_of, message_page
from chat.suggestions import suggestions_for

IN_SIDEBAR = 30
IN_PANEL = 5


@dataclass(frozen=True, slots=True)
class Period:
    """Conversations of one stretch of time, for a list."""

    title: str
    conversations: list[Conversation]


def conversation_context(
    user: User, conversation: Conversation | None, subject: Subject | None = None
) -> dict[str, Any]:
    """What `chat/_conversation.html` shows: a conversation, or the beginning of one about `subject`."""
    about = subject_of(conversation) if conversation is not None else subject or Subject()
    found = message_page(user, conversation.leaf_id) if conversation is not None else MessagePage([], None)
    bubbles = [bubble_of(one) for one in found.said]
    return {
        "conversation": conversation,
        "subject": about,
        "bubbles": bubbles,
        "older": found.older,
        "is_lost": about.is_lost,
        "is_answering": any(bubble.is_active for bubble in bubbles),
        "suggestions": [] if bubbles else suggestions_for(user, about),
        "request_id": uuid4().hex,
        "answerer": answerer_words(user),
    }


def page_context(
    user: User, conversation: Conversation | None, subject: Subject | None = None
) -> dict[str, Any]:
    """The same for a page of its own, with the list of conversations beside it."""
    newest = list(conversations_of(user)[: IN_SIDEBAR + 1])
    return conversation_context(user, conversation, subject) | {
        "periods": periods(newest[:IN_SIDEBAR], timezone.localdate()),
        "has_more": len(newest) > IN_SIDEBAR,
    }


def panel_context(user: User, subject: Subject, opened: Conversation | None) -> dict[str, Any]:
    """What the pages of runs and Models show beside their own."""
    return {
        "subject": subject,
        "about": subject.query,
        "suggestions": suggestions_for(user, subject),
        "earlier": list(conversations_about(user, subject)[:IN_PANEL]),
        "opened": opened,
        "request_id": uuid4().hex,
        "drawer": conversation_context(user, opened) if opened is not None else None,
    }


def older_bubbles(user: User, conversation: Conversation, before: int) -> dict[str, Any]:
    """The messages above those that are shown, ending with message `before`."""
    found = message_page(user, before)
    mine = [one for one in found.said if one.message.conversation_id == conversation.pk]
    bubbles: list[Bubble] = [bubble_of(one) for one in mine]
    return {"conversation": conversation, "bubbles": bubbles, "older": found.older if mine else None}


def answerer_words(user: User) -> str:
    """Who will answer, in a few words."""
    choice = choice_of(user)
    if choice is None:
        return BUILT_IN.capitalize()
    return " at ".join(filter(None, (choice.ai_model, choice.endpoint))) or "Your default endpoint"


def periods(conversations: list[Conversation], today: date) -> list[Period]:
    """Newest first, as somebody looks for them: today, yesterday, this week, then by month."""

    def title(conversation: Conversation) -> str:
        day = timezone.localtime(conversation.active_at).date()
        if day >= today:
            return "Today"
        if day == today - timedelta(days=1):
            return "Yesterday"
        return "Last seven days" if day > today - timedelta(days=7) else f"{day:%B %Y}"

    return [Period(name, list(group)) for name, group in groupby(conversations, title)]
