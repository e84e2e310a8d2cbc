"""When a schedule fires: a pure function of its timing and the exchange's calendar.

Every fire belongs to a trading day, so holidays have none. Its moment is counted from the open or the close of that day's
session, early closes included, or is an hour on the exchange's own clock, which follows daylight saving time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from django.db.models import TextChoices

from market.calendar import (
    LAST_YEAR,
    Bounds,
    exchange_day,
    exchange_get,
    session_bounds,
    trading_day_after,
    trading_day_before,
    trading_days,
)

HORIZON = timedelta(days=400)  # every repetition comes within a year
LONGEST_OFFSET = 12 * 60  # minutes


class Repeat(TextChoices):
    DAY = "day", "Every trading day"
    WEEKDAYS = "weekdays", "On chosen weekdays"
    WEEK_FIRST = "week_first", "First trading day of the week"
    WEEK_LAST = "week_last", "Last trading day of the week"
    MONTH_FIRST = "month_first", "First trading day of the month"
    MONTH_LAST = "month_last", "Last trading day of the month"
    ONCE = "once", "Once, on a day"


class Anchor(TextChoices):
    OPEN = "open", "after the session's open"
    CLOSE = "close", "after the session's close"
    CLOCK = "clock", "at an hour on the exchange's clock"


class Subject(TextChoices):
    """Which session a fire trades."""

    LIVE = "live", "The day's session as it happens, live on paper"
    TODAY = "today", "The day's session, once it is over"
    YESTERDAY = "yesterday", "The trading day before"


@dataclass(frozen=True, slots=True)
class Timing:
    """When to fire, and for which session. `weekdays` count from Monday, 0; `offset` may be negative."""

    repeat: Repeat
    anchor: Anchor
    session: str = "regular"
    subject: Subject = Subject.TODAY
    offset: timedelta = timedelta(0)
    clock: time | None = None  # exchange time
    weekdays: frozenset[int] = frozenset()
    once_on: date | None = None


class Occasion(NamedTuple):
    """One fire: its moment, the trading day that it belongs to, and the trading day whose session it trades."""

    at: datetime
    day: date
    session_day: date


def next_fire(timing: Timing, after: datetime) -> Occasion | None:
    """The first fire later than a moment; None when there is no more."""
    return next(fires_after(timing, after), None)


def next_fires(timing: Timing, after: datetime, count: int) -> list[Occasion]:
    """The first fires later than a moment, at most so many."""
    return list(islice(fires_after(timing, after), count))


def fires_after(timing: Timing, after: datetime) -> Iterator[Occasion]:
    """Fires later than a moment, oldest first, as far as a year ahead."""
    # A fire may fall on the calendar day after its trading day.
    first = exchange_day(after) - timedelta(days=1)
    last = min(first + HORIZON, date(LAST_YEAR, 12, 31) - timedelta(days=7))
    if timing.once_on is not None:
        first, last = max(first, timing.once_on), timing.once_on
    for day in trading_days(first, last) if first <= last else ():
        if is_due_on(timing, day):
            occasion = occasion_on(timing, day)
            if occasion.at > after and not is_over(timing, occasion):
                yield occasion


def is_due_on(timing: Timing, day: date) -> bool:
    """Whether the repetition names this trading day."""
    match timing.repeat:
        case Repeat.DAY:
            return True
        case Repeat.WEEKDAYS:
            return day.weekday() in timing.weekdays
        case Repeat.ONCE:
            return day == timing.once_on
        case Repeat.WEEK_FIRST:
            return week_of(trading_day_before(day)) != week_of(day)
        case Repeat.WEEK_LAST:
            return week_of(trading_day_after(day)) != week_of(day)
        case Repeat.MONTH_FIRST:
            return month_of(trading_day_before(day)) != month_of(day)
        case Repeat.MONTH_LAST:
            return month_of(trading_day_after(day)) != month_of(day)


def occasion_on(timing: Timing, day: date) -> Occasion:
    """The fire that belongs to a trading day, whether or not the repetition names it."""
    bounds = bounds_of(timing, day)
    if timing.clock is not None and timing.anchor is Anchor.CLOCK:
        at = datetime.combine(day, timing.clock, exchange_get().zone).astimezone(UTC)
    else:
        at = (bounds.open if timing.anchor is Anchor.OPEN else bounds.close) + timing.offset
    session_day = trading_day_before(day) if timing.subject is Subject.YESTERDAY else day
    return Occasion(at, day, session_day)


def is_over(timing: Timing, occasion: Occasion) -> bool:
    """Whether the session that should be traded live has ended by then, as after an early close."""
    return timing.subject is Subject.LIVE and occasion.at >= bounds_of(timing, occasion.day).close


def bounds_of(timing: Timing, day: date) -> Bounds:
    bounds = session_bounds(day, timing.session)
    assert bounds is not None, "fires belong to trading days"
    return bounds


def week_of(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week


def month_of(day: date) -> tuple[int, int]:
    return day.year, day.month
