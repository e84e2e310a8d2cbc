"""When schedules fire, against the exchange's published holidays and clock changes, written out here by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from agents.schedules.timing import Anchor, Repeat, Subject, Timing, next_fire, next_fires

REPLAY = Timing(Repeat.DAY, Anchor.CLOSE, offset=timedelta(minutes=30))
LIVE = Timing(Repeat.DAY, Anchor.OPEN, subject=Subject.LIVE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(timing: Timing, after: str, count: int) -> list[str]:
    return [f"{each.at:%Y-%m-%d %H:%M}" for each in next_fires(timing, at(after), count)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # Clocks go back on Sunday 1 November 2026: the open moves from 13:30 to 14:30 UTC.
        ("2026-10-29 20:00", ["2026-10-30 13:30", "2026-11-02 14:30"]),
        ("2026-03-05 20:00", ["2026-03-06 14:30", "2026-03-09 13:30"]),
        ("2027-03-11 20:00", ["2027-03-12 14:30", "2027-03-15 13:30"]),
        ("2027-11-04 20:00", ["2027-11-05 13:30", "2027-11-08 14:30"]),
    ],
)
def test_an_open_follows_daylight_saving_time(after: str, expected: list[str]) -> None:
    assert moments(LIVE, after, 2) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # Thanksgiving has no session, the Friday after closes at 13:00, which is 18:00 UTC.
        ("2026-11-25 00:00", ["2026-11-25 21:30", "2026-11-27 18:30", "2026-11-30 21:30"]),
        ("2027-11-24 00:00", ["2027-11-24 21:30", "2027-11-26 18:30", "2027-11-29 21:30"]),
        # Christmas Eve 2026 closes early; Christmas is a Friday.
        ("2026-12-23 22:00", ["2026-12-24 18:30", "2026-12-28 21:30"]),
        # Independence Day 2026 is a Saturday: the Friday before has no session.
        ("2026-07-02 00:00", ["2026-07-02 20:30", "2026-07-06 20:30"]),
        # In 2027 Christmas is a Saturday, so that Friday the 24th is a holiday.
        ("2027-12-23 00:00", ["2027-12-23 21:30", "2027-12-27 21:30"]),
    ],
)
def test_a_close_follows_holidays_and_early_closes(after: str, expected: list[str]) -> None:
    assert moments(REPLAY, after, len(expected)) == expected


def test_an_hour_on_the_exchange_s_clock_stays_that_hour() -> None:
    timing = Timing(Repeat.DAY, Anchor.CLOCK, clock=time(18, 30))
    assert moments(timing, "2026-10-30 00:00", 2) == ["2026-10-30 22:30", "2026-11-02 23:30"]
    late = Timing(Repeat.DAY, Anchor.CLOCK, clock=time(20, 30))
    # Half past eight in the evening in New York is the next day in UTC.
    assert moments(late, "2026-11-24 12:00", 2) == ["2026-11-25 01:30", "2026-11-26 01:30"]


def test_every_friday_leaves_out_good_friday() -> None:
    fridays = Timing(Repeat.WEEKDAYS, Anchor.CLOSE, weekdays=frozenset({4}))
    assert moments(fridays, "2026-03-27 00:00", 3) == [
        "2026-03-27 20:00", "2026-04-10 20:00", "2026-04-17 20:00",
    ]  # fmt: skip
    assert moments(fridays, "2027-03-19 00:00", 2) == ["2027-03-19 20:00", "2027-04-02 20:00"]


@pytest.mark.parametrize(
    ("repeat", "after", "days"),
    [
        # Labor Day is Monday 7 September 2026; Good Friday ends the week on Thursday 2 April.
        (Repeat.WEEK_FIRST, "2026-09-01", ["2026-09-08", "2026-09-14"]),
        (Repeat.WEEK_LAST, "2026-03-30", ["2026-04-02", "2026-04-10"]),
        (Repeat.MONTH_FIRST, "2026-10-15", ["2026-11-02", "2026-12-01", "2027-01-04"]),
        (Repeat.MONTH_LAST, "2026-10-15", ["2026-10-30", "2026-11-30", "2026-12-31", "2027-01-29"]),
    ],
)
def test_weeks_and_months_begin_and_end_on_trading_days(repeat: Repeat, after: str, days: list[str]) -> None:
    found = next_fires(Timing(repeat, Anchor.CLOSE), at(after), len(days))
    assert [str(each.day) for each in found] == days


def test_the_trading_day_before_is_across_a_holiday_the_one_before_it() -> None:
    timing = Timing(Repeat.DAY, Anchor.OPEN, subject=Subject.YESTERDAY, offset=timedelta(minutes=-60))
    found = next_fires(timing, at("2026-11-27 00:00"), 2)
    assert [(str(each.day), str(each.session_day)) for each in found] == [
        ("2026-11-27", "2026-11-25"), ("2026-11-30", "2026-11-27"),
    ]  # fmt: skip
    assert found[0].at == at("2026-11-27 13:30")


def test_once_fires_once_and_on_a_holiday_never() -> None:
    once = Timing(Repeat.ONCE, Anchor.CLOSE, once_on=date(2026, 11, 27))
    found = next_fire(once, at("2026-11-01"))
    assert found is not None
    assert found.at == at("2026-11-27 18:00")
    assert next_fire(once, found.at) is None
    assert next_fire(Timing(Repeat.ONCE, Anchor.CLOSE, once_on=date(2026, 11, 26)), at("2026-11-01")) is None


def test_a_live_session_that_is_over_by_then_does_not_fire() -> None:
    """At 14:00 the regular session of an early close has ended."""
    timing = Timing(Repeat.DAY, Anchor.CLOCK, subject=Subject.LIVE, clock=time(14))
    assert moments(timing, "2026-11-25 00:00", 2) == ["2026-11-25 19:00", "2026-11-30 19:00"]


@pytest.mark.parametrize(
    ("session", "anchor", "expected"),
    [("pre", Anchor.OPEN, "09:00"), ("after", Anchor.OPEN, "18:00"), ("after", Anchor.CLOSE, "01:00")],
)
def test_each_session_has_its_own_open_and_close(session: str, anchor: Anchor, expected: str) -> None:
    """On an early close the after-hours begin at 13:00 and still end at 20:00."""
    found: Any = next_fire(Timing(Repeat.DAY, anchor, session), at("2026-11-27 02:00"))
    assert f"{found.at:%H:%M}" == expected
    assert found.day == date(2026, 11, 27)


def test_a_fire_is_strictly_later_than_the_moment_asked_about() -> None:
    found = next_fire(REPLAY, at("2026-11-25 21:30"))
    assert found is not None
    assert found.at == at("2026-11-27 18:30")


def test_each_fire_follows_from_the_one_before_over_two_years() -> None:
    """Stepping from fire to fire and listing them at once come to the same, every trading day once."""
    moment, days = at("2026-01-01"), []
    while (found := next_fire(REPLAY, moment)) is not None and found.day.year < 2028:
        moment = found.at
        days.append(found.day)
    assert days == sorted(set(days))
    # Sessions that the exchange published: 251 in each of the two years.
    assert (sum(day.year == 2026 for day in days), sum(day.year == 2027 for day in days)) == (251, 251)
