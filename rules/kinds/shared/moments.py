"""Moments, windows and spans of time as rules say them."""

from __future__ import annotations

from datetime import datetime, time

from rules.limits import EXCHANGE_ZONE

DAY_OPENS, DAY_CLOSES = time(4), time(20)  # the first and the last that anything trades
REGULAR_OPENS, REGULAR_CLOSES = time(9, 30), time(16)


def at_exchange(moment: datetime) -> datetime:
    return moment.astimezone(EXCHANGE_ZONE)


def clock(moment: datetime) -> str:
    """A moment in exchange time, day and all: a pause may end on another."""
    return f"{at_exchange(moment):%Y-%m-%d %H:%M}"


def is_within(start: time, end: time, local: time) -> bool:
    """Whether a time of day is in a window, start inclusive, end exclusive, maybe across midnight."""
    return start <= local < end if start <= end else local >= start or local < end


def span(minutes: int) -> str:
    """ "45 minutes", "1 hour", "2 days": the largest unit that comes out even."""
    units = ((1440, "day"), (60, "hour"), (1, "minute"))
    size, unit = next((size, unit) for size, unit in units if minutes % size == 0)
    return counted(minutes // size, unit)


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
