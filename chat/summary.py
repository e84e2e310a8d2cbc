"""The summary of a long conversation, extended by what has been said since; nothing is removed from what is stored.

It is made of the conversation's own words, without a language model: a summary that a model wrote could carry a wrong
number from turn to turn, and it would cost. Each exchange is a line; the older it is, the shorter it gets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib.auth.models import User

from chat.models import Message, PartKind, Role
from chat.selectors import Said, access_turn, path_ids, said
from chat.titles import shortened
from core.rls import acting_as

MOST_TOLD = 24  # messages that the analyst is told as they are; with more, the older ones are summed up
KEPT = 10
MOST_CHARACTERS = 8_000
WIDTHS = (480, 240, 120, 60)  # of a line, from new to old
LEFT_OUT = "(What was said before that is stored, and not told here.)"


def conversation_sum_up(user_id: int, turn_id: int) -> bool:
    """Extend the summary of the branch that ends with this turn; return whether that was due."""
    user = User(pk=user_id)
    with acting_as(user_id):
        turn = access_turn(user, turn_id)
        found = said(user, reversed(path_ids(user, turn.answer_id, most=2 * MOST_TOLD + KEPT)))
        summed_up = max((place for place, one in enumerate(found) if one.message.summary), default=-1)
        newer = found[summed_up + 1 :]
        if len(newer) <= MOST_TOLD:
            return False
        before = found[summed_up].message.summary if summed_up >= 0 else ""
        older = whole_exchanges(newer[:-KEPT])
        summary = extended(before, older)
        Message.objects.owned_by(user).filter(pk=older[-1].message.pk).update(summary=summary)
    return True


def whole_exchanges(messages: Sequence[Said]) -> Sequence[Said]:
    """Without a question at the end whose answer is not among them."""
    return messages[:-1] if messages[-1].message.role == Role.USER else messages


def extended(before: str, messages: Sequence[Said]) -> str:
    """A summary with these messages added, in at most MOST_CHARACTERS."""
    lines = [line for line in before.splitlines() if line != LEFT_OUT]
    lines += [line_of(one) for one in messages]
    for width in WIDTHS:
        lines = narrowed(lines, width)
    left_out = False
    while len("\n".join(lines)) > MOST_CHARACTERS - len(LEFT_OUT):
        lines, left_out = lines[1:], True
    if left_out or LEFT_OUT in before:
        lines.insert(0, LEFT_OUT)
    return "\n".join(lines)


def narrowed(lines: list[str], width: int) -> list[str]:
    """Lines shortened to a width from the oldest on, only as far as the whole is too long."""
    excess = len("\n".join(lines)) - MOST_CHARACTERS
    result = []
    for line in lines:
        short = shortened(line, width) if excess > 0 else line
        excess -= len(line) - len(short)
        result.append(short)
    return result


def line_of(one: Said) -> str:
    """One message in one line: who, with which tools, what."""
    text = " ".join(part.text for part in one.parts if part.kind == PartKind.TEXT)
    words = re.sub(r"\s+", " ", text).strip()
    if one.message.role == Role.USER:
        return f"User: {shortened(words, WIDTHS[0])}"
    tools = sorted({part.payload["tool"] for part in one.parts if part.kind == PartKind.TOOL_RESULT})
    used = f" (from {', '.join(tools)})" if tools else ""
    return f"Analyst{used}: {shortened(words, WIDTHS[0])}"
