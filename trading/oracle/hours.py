"""When New York trades, as far as outside cases need it: the open, and the close of ordinary and of short days."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE, EARLY_CLOSE = time(9, 30), time(16), time(13)
FRIDAY, SATURDAY = 4, 5


def opens_at(day: date) -> datetime:
    return datetime.combine(day, OPEN, NEW_YORK)


def closes_at(day: date) -> datetime:
    """The close of the regular session, early before Independence Day and Christmas and after Thanksgiving."""
    is_short = (
        (day.month, day.day) == (12, 24)
        or ((day.month, day.day) == (7, 3) and day.weekday() != FRIDAY)
        or (day.month == 11 and day.weekday() == FRIDAY and 23 <= day.day <= 29)
    )
    return datetime.combine(day, EARLY_CLOSE if is_short and day.weekday() < SATURDAY else CLOSE, NEW_YORK)
