"""What a tool found, as its card shows it: facts, tables and lines, drawn from the result and never from an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from chat.rendering.cells import is_numeric, plain, written
from chat.rendering.lines import Picture, pictures_of
from chat.rendering.links import page_link

MOST_ARGUMENTS = 20
LONG = 28  # characters
SHOWN_ROWS = 50  # of a table; the API has the rest


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool = False
    url: str | None = None

    @property
    def is_long(self) -> bool:
        """Whether it is a sentence rather than a figure."""
        return not self.is_number and len(self.text) > LONG and not isinstance(self.text, SafeString)


@dataclass(frozen=True, slots=True)
class TableView:
    title: str
    columns: list[Cell]
    rows: list[list[Cell]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Found:
    """A payload, ready to be shown."""

    title: str = ""
    about: list[tuple[str, Cell]] = field(default_factory=list)
    facts: list[tuple[str, Cell]] = field(default_factory=list)
    tables: list[TableView] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    links: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Card:
    """A tool call with its result; without one it is still at work."""

    id: str
    title: str
    tool: str
    arguments: list[tuple[str, str]]
    is_done: bool = False
    rows: int = 0
    duration_ms: int = 0
    error: str = ""
    found: Found | None = None


def card_of(card_id: str, call: Mapping[str, Any], result: Mapping[str, Any] | None) -> Card:
    """From what is stored of a call and its result."""
    tool = str(call.get("tool", ""))
    arguments = call.get("arguments") or {}
    given = [
        (tool_title(str(name)), argument(value)) for name, value in list(arguments.items())[:MOST_ARGUMENTS]
    ]
    if result is None:
        return Card(card_id, tool_title(tool), tool, given)
    error = str(result.get("error") or "")
    return Card(
        card_id,
        tool_title(tool),
        tool,
        given,
        is_done=True,
        rows=int(result.get("rows") or 0),
        duration_ms=int(result.get("duration_ms") or 0),
        error=error,
        found=None if error else found_of(result.get("payload") or {}),
    )


def tool_title(name: str) -> str:
    """analyze_trades as Analyze trades."""
    words = name.replace("_", " ").strip()
    return plain(words[:1].upper() + words[1:])[:80] or "Tool"


def argument(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else plain(value)


def found_of(payload: Mapping[str, Any]) -> Found:
    return Found(
        title=plain(payload.get("title", "")),
        about=facts_of(payload.get("about") or ()),
        facts=facts_of(payload.get("facts") or ()),
        tables=[table_of(table) for table in payload.get("tables") or ()],
        pictures=pictures_of(payload.get("series") or ()),
        links=[Cell(plain(link["text"]), url=page_link(link["url"])) for link in payload.get("links") or ()],
        notes=[plain(note) for note in payload.get("notes") or ()],
    )


def facts_of(facts: Sequence[Mapping[str, Any]]) -> list[tuple[str, Cell]]:
    return [
        (plain(fact["label"]), Cell(written(fact["value"], fact["unit"]), is_numeric(fact["unit"])))
        for fact in facts
    ]


def table_of(table: Mapping[str, Any]) -> TableView:
    units = [column["unit"] for column in table["columns"]]
    urls = table.get("urls") or ()
    rows = [
        [
            Cell(written(value, unit), is_numeric(unit), page_link(urls[place]) if at == 0 and urls else None)
            for at, (value, unit) in enumerate(zip(row, units, strict=False))
        ]
        for place, row in enumerate(table["rows"][:SHOWN_ROWS])
    ]
    columns = [Cell(plain(column["label"]), is_numeric(column["unit"])) for column in table["columns"]]
    return TableView(plain(table["title"]), columns, rows, max(0, int(table["total"]) - len(rows)))
