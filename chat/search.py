"""Searching one's conversations: titles, and everything that was typed or answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chat.models import Conversation, Part, PartKind
from chat.parts import typed_text
from chat.selectors import conversations_of

MOST_FOUND = 50
AROUND = 90
LONGEST_QUERY = 100
# Neither looks further than the line or the bracket it began in: nonsense must not take long to read.
MARKS = re.compile(r"\*\*|`|^[ \t]*(?:#+|[-*>])[ \t]+|\|", re.MULTILINE)
LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation with the words around the newest place where it was found; none when only its title matches."""

    conversation: Conversation
    snippet: SafeString | str = ""


def conversations_found(user: User, query: str) -> list[Hit]:
    """Newest first, at most MOST_FOUND; every word has to occur, in the title or in one message."""
    words = typed_text(query[:LONGEST_QUERY]).split()
    if not words:
        return []
    texts = Part.objects.owned_by(user).filter(kind=PartKind.TEXT)
    titles = Q()
    for word in words:
        texts = texts.filter(text__icontains=word)
        titles &= Q(title__icontains=word)
    newest: dict[int, str] = {}
    rows = texts.order_by("-id").values_list("message__conversation_id", "text")
    for conversation_id, text in rows[: MOST_FOUND * 4]:
        newest.setdefault(conversation_id, text)
    found = conversations_of(user).filter(titles | Q(pk__in=newest))[:MOST_FOUND]
    return [Hit(one, snippet_of(newest.get(one.pk, ""), words)) for one in found]


def plain(text: str) -> str:
    """Markdown as it reads, near enough for a line of it."""
    return MARKS.sub("", LINK.sub(r"\1", text))


def snippet_of(text: str, words: list[str]) -> SafeString | str:
    """The words around the first hit, with every hit marked."""
    text = plain(text)
    hits = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    first = hits.search(text)
    if first is None:
        return ""
    begin, end = max(0, first.start() - AROUND), first.end() + AROUND
    cut = re.sub(r"\s+", " ", text[begin:end]).strip()
    at, pieces = 0, []
    for hit in hits.finditer(cut):
        pieces.append((cut[at : hit.start()], hit[0]))
        at = hit.end()
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    return format_html("{}{}{}{}", "…" if begin else "", marked, cut[at:], "…" if end < len(text) else "")
