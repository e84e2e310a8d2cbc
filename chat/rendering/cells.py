"""Values of tools as pages write them, by their unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.tools.payload import Unit
from chat.rendering.markdown import visible
from core.templatetags.numbers import DASH, day, duration, moment, money, percent, price, quantity, ratio

NUMERIC = frozenset(Unit) - {Unit.TEXT, Unit.TIME, Unit.DATE, Unit.FLAG}
MOST_TEXT = 2000


def is_numeric(unit: str) -> bool:
    return unit in NUMERIC


def written(value: Any, unit: str) -> str:
    """A value in words and digits; — for none, and the value as it is where it doesn't fit its unit."""
    if value is None or value == "":
        return DASH
    try:
        return WRITERS.get(unit, plain)(value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        return plain(value)


def plain(value: Any) -> str:
    text = visible(str(value))
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"


def number(write: Callable[[object], str]) -> Callable[[Any], str]:
    return lambda value: write(value if isinstance(value, int | float) else Decimal(str(value)))


WRITERS: dict[str, Callable[[Any], str]] = {
    Unit.MONEY: number(money),
    Unit.PRICE: number(price),
    Unit.PERCENT: number(percent),
    Unit.DRAWDOWN: number(percent),
    Unit.RATIO: number(ratio),
    Unit.COUNT: number(quantity),
    Unit.QUANTITY: number(quantity),
    Unit.SECONDS: number(duration),
    Unit.TIME: lambda value: moment(datetime.fromisoformat(value)),
    Unit.DATE: lambda value: day(date.fromisoformat(value)),
    Unit.FLAG: lambda value: "yes" if value is True else "no" if value is False else plain(value),
}
