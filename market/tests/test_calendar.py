"""Expected values are read off the exchange's published hours and the wall clocks of New York and UTC."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core.errors import UserError
from market import calendar
from market.calendar import (
    AFTER,
    OUTSIDE,
    PRE,
    REGULAR,
    Schedule,
    exchange_day,
    expected_minutes,
    is_early_close,
    is_trading_day,
    last_closed_day,
    place,
    schedule_get,
    session_at,
    session_bounds,
    trading_day_before,
    trading_days,
    why_closed,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "session", "opens", "closes"),
    [
        (date(2013, 10, 7), "pre", "2013-10-07 08:00", "2013-10-07 13:30"),
        (date(2013, 10, 7), "regular", "2013-10-07 13:30", "2013-10-07 20:00"),
        (date(2013, 10, 7), "after", "2013-10-07 20:00", "2013-10-08 00:00"),
        # Early closes: the regular session ends at 13:00 and the after-session starts there.
        (date(2015, 12, 24), "regular", "2015-12-24 14:30", "2015-12-24 18:00"),
        (date(2015, 12, 24), "after", "2015-12-24 18:00", "2015-12-25 01:00"),
        (date(2026, 11, 27), "regular", "2026-11-27 14:30", "2026-11-27 18:00"),
        (date(2027, 11, 26), "regular", "2027-11-26 14:30", "2027-11-26 18:00"),
        # Clocks change on Sunday 2026-03-08 and 2026-11-01, on 2027-03-14 and 2027-11-07.
        (date(2026, 3, 6), "regular", "2026-03-06 14:30", "2026-03-06 21:00"),
        (date(2026, 3, 9), "regular", "2026-03-09 13:30", "2026-03-09 20:00"),
        (date(2026, 3, 9), "pre", "2026-03-09 08:00", "2026-03-09 13:30"),
        (date(2026, 10, 30), "regular", "2026-10-30 13:30", "2026-10-30 20:00"),
        (date(2026, 11, 2), "regular", "2026-11-02 14:30", "2026-11-02 21:00"),
        (date(2026, 11, 2), "after", "2026-11-02 21:00", "2026-11-03 01:00"),
        (date(2027, 3, 12), "regular", "2027-03-12 14:30", "2027-03-12 21:00"),
        (date(2027, 3, 15), "regular", "2027-03-15 13:30", "2027-03-15 20:00"),
        (date(2027, 11, 5), "regular", "2027-11-05 13:30", "2027-11-05 20:00"),
        (date(2027, 11, 8), "pre", "2027-11-08 09:00", "2027-11-08 14:30"),
    ],
)
def test_session_bounds(day: date, session: str, opens: str, closes: str) -> None:
    bounds = session_bounds(day, session)
    assert bounds == (utc(opens), utc(closes))
    assert bounds is not None
    assert bounds.open.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2013, 10, 5), "it is a Saturday"),
        (date(2013, 10, 6), "it is a Sunday"),
        (date(2026, 1, 1), "it is a holiday"),
        (date(2026, 6, 19), "it is a holiday"),
        (date(2026, 7, 3), "it is a holiday"),  # Independence Day falls on a Saturday
        (date(2026, 11, 26), "it is a holiday"),
        (date(2027, 7, 5), "it is a holiday"),  # and on a Sunday
        (date(2012, 10, 29), "it is a holiday"),  # Hurricane Sandy
        (date(2001, 9, 12), "it is a holiday"),
    ],
)
def test_days_without_trading_have_no_session(day: date, reason: str) -> None:
    assert not is_trading_day(day)
    assert [session_bounds(day, session) for session in ("pre", "regular", "after")] == [None] * 3
    assert expected_minutes(day) == 0
    assert why_closed(day) == reason


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (date(2013, 10, 7), (330, 390, 240)),
        (date(2015, 12, 24), (330, 210, 420)),
        (date(2026, 3, 9), (330, 390, 240)),
    ],
)
def test_expected_minutes(day: date, minutes: tuple[int, int, int]) -> None:
    assert tuple(expected_minutes(day, session) for session in ("pre", "regular", "after")) == minutes
    assert is_early_close(day) == (minutes[1] < 390)
    assert why_closed(day) == ""


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2013-10-07 07:59:59", None),
        ("2013-10-07 08:00:00", "pre"),
        ("2013-10-07 13:29:59", "pre"),
        ("2013-10-07 13:30:00", "regular"),
        ("2013-10-07 19:59:59", "regular"),
        ("2013-10-07 20:00:00", "after"),
        ("2013-10-07 23:59:59", "after"),
        ("2013-10-08 00:00:00", None),
        ("2015-12-24 18:00:00", "after"),
        ("2015-12-25 15:00:00", None),
        ("2013-10-05 15:00:00", None),
    ],
)
def test_sessions_are_half_open(moment: str, session: str | None) -> None:
    assert session_at(utc(moment)) == session


def test_evening_in_utc_is_still_the_exchange_day() -> None:
    assert exchange_day(utc("2013-10-08 00:30")) == date(2013, 10, 7)


def test_trading_days_skip_weekends_and_holidays() -> None:
    assert trading_days(date(2026, 11, 25), date(2026, 11, 30)) == [
        date(2026, 11, 25),
        date(2026, 11, 27),
        date(2026, 11, 30),
    ]
    assert trading_days(date(2026, 11, 26), date(2026, 11, 26)) == []
    assert trading_day_before(date(2026, 11, 27)) == date(2026, 11, 25)
    assert trading_day_before(date(2026, 11, 29), count=2) == date(2026, 11, 25)


def test_a_year_has_252_trading_days() -> None:
    # 2013: 261 weekdays less nine holidays.
    assert len(trading_days(date(2013, 1, 1), date(2013, 12, 31))) == 252


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-11-24 20:59", date(2026, 11, 23)),
        ("2026-11-24 21:00", date(2026, 11, 24)),
        ("2026-11-26 21:30", date(2026, 11, 25)),  # Thanksgiving
        ("2026-11-27 18:00", date(2026, 11, 27)),  # an early close
        ("2026-11-29 12:00", date(2026, 11, 27)),
    ],
)
def test_last_closed_day(now: str, newest: date) -> None:
    assert last_closed_day(utc(now)) == newest


@pytest.mark.parametrize("day", [date(1979, 12, 31), date(2036, 1, 1)])
def test_days_outside_the_calendar_are_refused(day: date) -> None:
    with pytest.raises(UserError, match=f"covers 1980-01-01 to 2035-12-31, found {day}"):
        session_bounds(day)
    with pytest.raises(UserError, match="covers"):
        trading_days(min(day, date(2000, 1, 1)), max(day, date(2000, 1, 1)))


def test_unknown_session_and_exchange_are_refused() -> None:
    with pytest.raises(UserError, match="one of pre, regular, after, was 'lunch'"):
        session_bounds(date(2013, 10, 7), "lunch")
    with pytest.raises(UserError, match="one of XNYS, was 'XMOON'"):
        is_trading_day(date(2013, 10, 7), "XMOON")


def test_place_agrees_with_session_bounds_minute_by_minute() -> None:
    first, last = utc("2015-12-23 00:00"), utc("2015-12-29 00:00")
    minutes = np.arange(int(first.timestamp()), int(last.timestamp()), 60)
    _, sessions = place(minutes)
    expected = np.full(len(minutes), OUTSIDE)
    for offset in range(-1, 7):
        day = (first + timedelta(days=offset)).date()
        for code, name in ((PRE, "pre"), (REGULAR, "regular"), (AFTER, "after")):
            bounds = session_bounds(day, name)
            if bounds is not None:
                opens, closes = (int(moment.timestamp()) for moment in bounds)
                expected[(minutes >= opens) & (minutes < closes)] = code
    assert (sessions == expected).all()


def test_calendar_agrees_with_an_outside_table(shared_data: Path) -> None:
    table = json.loads((shared_data / "calendar_us_equity.json").read_text())
    holidays = [date.fromisoformat(day) for day in table["holidays"]]
    closed = [day for day in holidays if not is_trading_day(day)]
    assert closed == holidays
    weekdays = {
        day
        for day in (date(1998, 1, 1) + timedelta(days=offset) for offset in range(366 * 28))
        if day.weekday() < 5 and day.year < 2026
    }
    unlisted = sorted(day for day in weekdays - set(holidays) if not is_trading_day(day))
    assert unlisted == []
    for text, close in table["early_closes"].items():
        bounds = session_bounds(date.fromisoformat(text))
        if bounds is not None:  # the table lists 2017-12-24, a Sunday
            closes = bounds.close.astimezone(ZoneInfo("America/New_York")).time()
            assert (text, closes.isoformat()) == (text, close)


def test_threads_that_come_together_build_the_calendar_once(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule, built = schedule_get(), []
    here = Barrier(4, timeout=60)

    def build(code: str) -> Schedule:
        built.append(code)
        return schedule

    monkeypatch.setattr(calendar, "schedule_build", cache(build))

    def come(_: int) -> Schedule:
        here.wait()
        return schedule_get.__wrapped__("XNYS")

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(come, range(4)))
    assert built == ["XNYS"]
    assert all(each is schedule for each in found)
