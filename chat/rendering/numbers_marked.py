"""Marks the numbers of a text: those that a tool's result says lead to it, the others are called unverified."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# Of a link only its words are shown; the marker of a list item is no text.
UNSEEN = re.compile(r"\]\([^)\n]{0,600}\)|^[ \t]*\d{1,9}[.)](?=\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of the source by position. Without a card nothing says it."""

    start: int
    end: int
    card: str = ""


@dataclass
class Piece:
    """A tag as it is, or text with the place where it begins among all text."""

    raw: str = ""
    text: str | None = None
    start: int = 0
    is_in_link: bool = False


@dataclass
class Reader(HTMLParser):
    """Takes clean HTML apart into tags and texts."""

    pieces: list[Piece] = field(default_factory=list)
    length: int = 0
    links: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += tag == "a"
        self.pieces.append(Piece(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self.links -= tag == "a"
        self.pieces.append(Piece(f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.pieces.append(Piece(text=data, start=self.length, is_in_link=self.links > 0))
        self.length += len(data)


def numbers_marked(html: SafeString, source: str, marks: Sequence[Mark]) -> SafeString:
    """The HTML of `source` with its numbers marked; one that formatting has torn apart stays unmarked."""
    if not marks:
        return html
    reader = Reader()
    reader.feed(html)
    reader.close()
    shown = "".join(piece.text for piece in reader.pieces if piece.text is not None)
    places = dict(places_of(shown, source, marks))
    written = (piece.raw if piece.text is None else marked(piece, places) for piece in reader.pieces)
    return mark_safe("".join(written))  # noqa: S308  (tags were clean, texts are escaped again)


def places_of(shown: str, source: str, marks: Sequence[Mark]) -> Iterator[tuple[int, Mark]]:
    """Where each number stands in what is shown: it is the same occurrence of the same characters as in the source."""
    seen = UNSEEN.sub(lambda found: " " * len(found[0]), source)
    for mark in marks:
        token = source[mark.start : mark.end]
        if not token.strip():
            continue
        occurrence = bisect_right(starts(token, seen), mark.start) - 1
        found = starts(token, shown)
        if 0 <= occurrence < len(found):
            yield found[occurrence], mark


def starts(token: str, text: str) -> list[int]:
    """Where a number stands, and not a longer one that it is part of."""
    before = r"(?<![^\W_])" if token[0].isalpha() else ""
    whole = re.compile(rf"{before}(?<![\d])(?<!\d[.,]){re.escape(token)}(?![\d])(?![.,]\d)")
    return [found.start() for found in whole.finditer(text)]


def marked(piece: Piece, places: Mapping[int, Mark]) -> str:
    text, written, at = piece.text or "", "", 0
    for place in sorted(place for place in places if piece.start <= place < piece.start + len(text)):
        begin = place - piece.start
        end = begin + places[place].end - places[place].start
        if begin < at or end > len(text):
            continue
        written += escape(text[at:begin]) + number(text[begin:end], places[place], piece.is_in_link)
        at = end
    return written + escape(text[at:])


def number(text: str, mark: Mark, is_in_link: bool) -> str:
    if not mark.card:
        return format_html(
            '<span class="number-unverified" title="No tool result of this answer says this number.">{}'
            '<span class="sr-only"> (unverified)</span></span>',
            text,
        )
    if is_in_link:
        return escape(text)
    return format_html('<a class="number-verified" href="#{}">{}</a>', mark.card, text)
