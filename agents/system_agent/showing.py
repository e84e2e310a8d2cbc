"""Tool results as a language model is shown them: JSON, values written as pages write them, so that they can be copied."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from agents.tools.payload import Unit
from core.templatetags.numbers import DASH, EXCHANGE_ZONE, duration, money, percent, price, quantity, ratio

MOST_CHARACTERS = 14_000  # of one result
LONGEST_CELL, LONGEST_FACT = 500, 4_000

WRITERS: dict[Unit, Callable[[Any], str]] = {
    Unit.MONEY: money,
    Unit.PRICE: price,
    Unit.PERCENT: percent,
    Unit.DRAWDOWN: percent,
    Unit.RATIO: ratio,
    Unit.COUNT: quantity,
    Unit.QUANTITY: quantity,
    Unit.SECONDS: duration,
}


def shown(payload: Mapping[str, Any]) -> str:
    """A payload in at most MOST_CHARACTERS; rows that don't fit are counted instead."""
    most = max((len(table["rows"]) for table in payload["tables"]), default=0)
    while True:
        text = json.dumps(trimmed(payload, most), ensure_ascii=False)
        if len(text) <= MOST_CHARACTERS or most == 0:
            return text[:MOST_CHARACTERS]
        most //= 2


def trimmed(payload: Mapping[str, Any], most: int) -> dict[str, Any]:
    found = {
        "title": payload["title"],
        "about": facts_shown(payload["about"]),
        "facts": facts_shown(payload["facts"]),
        "tables": [table_shown(table, most) for table in payload["tables"]],
        "notes": payload["notes"],
    }
    return {name: part for name, part in found.items() if part}


def facts_shown(facts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {fact["label"]: written(fact["value"], fact["unit"])[:LONGEST_FACT] for fact in facts}


def table_shown(table: Mapping[str, Any], most: int) -> dict[str, Any]:
    units = [column["unit"] for column in table["columns"]]
    cites = table["cites"] or [None] * len(table["rows"])
    has_cites = any(cites)
    rows = [
        ([f"[{cite}]" if cite else ""] if has_cites else [])
        + [written(value, unit)[:LONGEST_CELL] for value, unit in zip(row, units, strict=True)]
        for row, cite in list(zip(table["rows"], cites, strict=True))[:most]
    ]
    labels = [column["label"] for column in table["columns"]]
    shown_table = {
        "title": table["title"],
        "columns": ["cite as", *labels] if has_cites else labels,
        "rows": rows,
    }
    left_out = table["total"] - len(rows)
    return shown_table | ({"rows left out": left_out} if left_out > 0 else {})


def written(value: Any, unit: str) -> str:
    """A value as text. Undefined is a dash."""
    if value is None:
        return DASH
    kind = Unit(unit)
    if kind is Unit.TIME:
        return f"{datetime.fromisoformat(value).astimezone(EXCHANGE_ZONE):%Y-%m-%d %H:%M} ET"
    if kind is Unit.FLAG:
        return "yes" if value else "no"
    writer = WRITERS.get(kind)
    return str(writer(number(value)) if writer else value)


def number(value: Any) -> Any:
    """Exact amounts come as text."""
    return Decimal(value) if isinstance(value, str) else value
