"""Reads of conversations; every one starts from the user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.db.models import QuerySet

from chat.models import (
    ACTIVE_TURNS,
    AnalystDefaults,
    AnalystSettings,
    Conversation,
    Message,
    Part,
    ProposalOutcome,
    Turn,
)
from chat.scope import Subject

Anybody = User | AnonymousUser
MESSAGES_A_PAGE = 30
SUBJECTS = ("model", "run__model")

# Up the tree from a message, newest first; the recursion stops where the page does.
PATH_SQL = """
WITH RECURSIVE path AS (
  SELECT id, parent_id, 1 AS place FROM chat_message WHERE id = %(leaf)s AND user_id = %(user)s
  UNION ALL
  SELECT above.id, above.parent_id, path.place + 1
  FROM chat_message above JOIN path ON above.id = path.parent_id
  WHERE above.user_id = %(user)s AND path.place < %(most)s
)
SELECT id FROM path ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A message with all that its bubble shows."""

    message: Message
    parts: list[Part]
    turn: Turn | None = None
    versions: list[int] = field(default_factory=list)  # ids of the messages in its place, oldest first
    outcomes: dict[int, ProposalOutcome] = field(default_factory=dict)  # by part


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Consecutive messages of a branch, oldest first. `older` is where the page above ends; None at the beginning."""

    said: list[Said]
    older: int | None


def access_conversation(user: Anybody, conversation_id: int, *, lock: bool = False) -> Conversation:
    """Return the user's conversation, locked for the transaction if asked. Raises Forbidden."""
    return Conversation.objects.select_related(*SUBJECTS).access(user, pk=conversation_id, lock=lock)


def access_message(user: Anybody, message_id: int) -> Message:
    return Message.objects.select_related("conversation").access(user, pk=message_id)


def access_turn(user: Anybody, turn_id: int, *, lock: bool = False) -> Turn:
    """Return the user's turn with its conversation. Raises Forbidden for absent and foreign alike."""
    return Turn.objects.select_related("conversation", "answer").access(user, pk=turn_id, lock=lock)


def access_proposal(user: Anybody, part_id: int, *, lock: bool = False) -> Part:
    return Part.objects.select_related("message").access(user, pk=part_id, kind="proposal", lock=lock)


def conversations_of(user: Anybody) -> QuerySet[Conversation]:
    """The user's conversations, newest first, each with its subject."""
    return Conversation.objects.owned_by(user).select_related(*SUBJECTS)


def conversations_about(user: Anybody, subject: Subject) -> QuerySet[Conversation]:
    return conversations_of(user).filter(**subject.fields)


def active_turn(conversation: Conversation) -> Turn | None:
    return Turn.objects.filter(conversation=conversation, state__in=ACTIVE_TURNS).first()


def path_ids(user: Anybody, leaf_id: int | None, *, most: int) -> list[int]:
    """Ids from a message upwards, itself first, at most so many."""
    if leaf_id is None or user.pk is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(PATH_SQL, {"leaf": leaf_id, "user": user.pk, "most": most})
        return [row[0] for row in cursor.fetchall()]


def message_page(user: Anybody, leaf_id: int | None, *, most: int = MESSAGES_A_PAGE) -> MessagePage:
    """The last messages of the branch that ends at `leaf_id`, in five queries however many there are."""
    ids = path_ids(user, leaf_id, most=most + 1)
    older = ids[most] if len(ids) > most else None
    return MessagePage(said(user, reversed(ids[:most])), older)


def said(user: Anybody, message_ids: Iterable[int]) -> list[Said]:
    """These messages of the user's in this order, with parts, turns, versions and what became of proposals."""
    ids = list(message_ids)
    messages = Message.objects.owned_by(user).in_bulk(ids)
    parts: dict[int, list[Part]] = {}
    outcomes: dict[int, dict[int, ProposalOutcome]] = {}
    for part in Part.objects.owned_by(user).filter(message__in=ids).select_related("outcome"):
        parts.setdefault(part.message_id, []).append(part)
        if hasattr(part, "outcome"):
            outcomes.setdefault(part.message_id, {})[part.pk] = part.outcome
    turns = {turn.answer_id: turn for turn in Turn.objects.owned_by(user).filter(answer__in=ids)}
    versions = versions_of(user, list(messages.values()))
    return [
        Said(messages[key], parts.get(key, []), turns.get(key), versions[key], outcomes.get(key, {}))
        for key in ids
        if key in messages
    ]


def versions_of(user: Anybody, messages: list[Message]) -> dict[int, list[int]]:
    """For each message the ids of those in its place."""
    conversations = {message.conversation_id for message in messages}
    parents = {message.parent_id for message in messages}
    rows = Message.objects.owned_by(user).filter(conversation__in=conversations)
    found: dict[tuple[int, int | None], list[int]] = {}
    beside = rows.filter(parent__in=parents - {None})
    if None in parents:
        beside |= rows.filter(parent=None)
    columns = ("pk", "conversation_id", "parent_id")
    for key, conversation_id, parent_id in beside.order_by("pk").values_list(*columns):
        found.setdefault((conversation_id, parent_id), []).append(key)
    return {message.pk: found[message.conversation_id, message.parent_id] for message in messages}


def newest_below(message: Message) -> int:
    """The end of the newest branch through a message."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_SQL, {"message": message.pk, "user": message.user_id})
        row = cursor.fetchone()
    return int(row[0])


# The branch whose last message is the youngest.
NEWEST_SQL = """
WITH RECURSIVE below AS (
  SELECT id FROM chat_message WHERE id = %(message)s AND user_id = %(user)s
  UNION ALL
  SELECT under.id FROM chat_message under JOIN below ON under.parent_id = below.id WHERE under.user_id = %(user)s
)
SELECT max(id) FROM below
"""


def settings_get(user: User, *, lock: bool = False) -> AnalystSettings:
    """The user's settings; the defaults, unsaved, of somebody who has set none."""
    rows = AnalystSettings.objects.owned_by(user)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first() or AnalystSettings(user_id=user.pk)


def analyst_defaults() -> AnalystDefaults:
    """What the operator says; the defaults, unsaved, where staff have said nothing."""
    return AnalystDefaults.objects.first() or AnalystDefaults()
