"""Reading payloads for templates: values as they are, and as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.system_agent.showing import number, written
from agents.tools.payload import Unit
from core.templatetags.numbers import money


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, its cells by key."""

    cells: Mapping[str, Any]
    units: Mapping[str, str]
    cite: str  # "[run 3 step 14]", or nothing

    def said(self, key: str) -> str:
        return written(self.cells[key], self.units[key])

    def value(self, key: str) -> Decimal:
        """A number; 0 for what is undefined."""
        return exact(self.cells[key])


@dataclass(frozen=True, slots=True)
class Found:
    """A payload as JSON."""

    payload: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.payload["title"])

    @property
    def notes(self) -> list[str]:
        return list(self.payload["notes"])

    def fact(self, key: str) -> Mapping[str, Any] | None:
        every = (*self.payload["facts"], *self.payload["about"])
        return next((fact for fact in every if fact["key"] == key), None)

    def said(self, key: str) -> str:
        """A fact as it is written; a dash for none."""
        fact = self.fact(key)
        return written(fact["value"], fact["unit"]) if fact else written(None, Unit.TEXT)

    def label(self, key: str) -> str:
        fact = self.fact(key)
        return str(fact["label"]) if fact else ""

    def has(self, key: str) -> bool:
        fact = self.fact(key)
        return fact is not None and fact["value"] is not None

    def value(self, key: str) -> Decimal:
        """A fact as a number; 0 for what is undefined."""
        fact = self.fact(key)
        return exact(fact["value"]) if fact else Decimal(0)

    def rows(self, title: str) -> list[Row]:
        """The rows of the table whose title begins so; none where there is no such table."""
        return next(
            (list(rows_of(table)) for table in self.payload["tables"] if table["title"].startswith(title)), []
        )

    def has_table(self, title: str) -> bool:
        return bool(self.rows(title))


def rows_of(table: Mapping[str, Any]) -> Iterator[Row]:
    keys = [column["key"] for column in table["columns"]]
    units = {column["key"]: column["unit"] for column in table["columns"]}
    cites = table["cites"] or [None] * len(table["rows"])
    for row, cite in zip(table["rows"], cites, strict=True):
        yield Row(dict(zip(keys, row, strict=True)), units, f"[{cite}]" if cite else "")


def exact(value: Any) -> Decimal:
    found = number(value)
    return Decimal(str(found)) if found is not None else Decimal(0)


def amount(value: Decimal) -> str:
    """Dollars without their sign, where a word says which way it went."""
    return money(abs(value))


def change(value: Decimal) -> str:
    """−$56.00 or +$13.00."""
    return f"+{money(value)}" if value > 0 else money(value)


def counted(number: str, noun: str) -> str:
    """1 trip, 3 trips; the number as it is written."""
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def bullets(*lines: str) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
