"""Every fire of 2026 and 2027 against the exchange's published holidays and the law's dates of summer time.

Nothing here asks a calendar library or a time zone database: the dates are typed in, and the offsets counted out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from agents.schedules.timing import Anchor, Repeat, Subject, Timing, next_fires

# Published by the New York Stock Exchange under "Holidays & Trading Hours".
HOLIDAYS = {
    2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    2027: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
}
EARLY = {2026: "11-27 12-24", 2027: "11-26"}
# Second Sunday of March to first Sunday of November (Energy Policy Act of 2005).
SUMMER = {2026: ("03-08", "11-01"), 2027: ("03-14", "11-07")}
YEARS = pytest.mark.parametrize("year", [2026, 2027])
DAY = timedelta(days=1)


def named(year: int, days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in days.split()}


def sessions(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() < 5 and day not in named(year, HOLIDAYS[year]):
            yield day
        day += DAY


def utc(day: date, hour: int, minute: int) -> datetime:
    """A moment on New York's wall, never within the hour of a change."""
    begins, ends = (date.fromisoformat(f"{day.year}-{edge}") for edge in SUMMER[day.year])
    behind = 4 if begins <= day < ends else 5
    return datetime.combine(day, time(hour, minute), UTC) + timedelta(hours=behind)


def fires(timing: Timing, year: int) -> list[tuple[datetime, date]]:
    """What fires in a year, asked for in two halves as it looks no further ahead than a year."""
    found = []
    for start in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 7, 1, tzinfo=UTC)):
        found += next_fires(timing, start, 200)
    return sorted({(each.at, each.session_day) for each in found if each.day.year == year})


@YEARS
def test_after_every_close_early_ones_too(year: int) -> None:
    expected = [(utc(day, 13 if day in named(year, EARLY[year]) else 16, 30), day) for day in sessions(year)]
    assert len(expected) == {2026: 251, 2027: 251}[year]
    timing = Timing(Repeat.DAY, Anchor.CLOSE, offset=timedelta(minutes=30))
    assert fires(timing, year) == expected


@YEARS
def test_before_every_open_in_summer_and_winter(year: int) -> None:
    timing = Timing(Repeat.DAY, Anchor.OPEN, subject=Subject.LIVE, offset=timedelta(minutes=-5))
    assert fires(timing, year) == [(utc(day, 9, 25), day) for day in sessions(year)]


@YEARS
def test_every_friday_but_holidays(year: int) -> None:
    timing = Timing(Repeat.WEEKDAYS, Anchor.CLOCK, clock=time(18), weekdays=frozenset({4}))
    expected = [(utc(day, 18, 0), day) for day in sessions(year) if day.weekday() == 4]
    assert fires(timing, year) == expected


@YEARS
def test_the_trading_day_before_skips_what_was_closed(year: int) -> None:
    timing = Timing(Repeat.DAY, Anchor.CLOCK, subject=Subject.YESTERDAY, clock=time(17))
    days = list(sessions(year))
    expected = [(utc(day, 17, 0), before) for before, day in pairwise(days)]
    assert fires(timing, year)[1:] == expected


@YEARS
def test_the_last_trading_day_of_each_week(year: int) -> None:
    timing = Timing(Repeat.WEEK_LAST, Anchor.CLOCK, clock=time(18))
    last = {day.isocalendar()[:2]: day for day in sessions(year)}
    # The year's last week ends in the next one.
    whole = [day for day in last.values() if day.month < 12 or day.day < 28]
    assert [day for _, day in fires(timing, year) if day.month < 12 or day.day < 28] == whole
