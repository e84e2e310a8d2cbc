"""When the exchange trades: sessions, holidays, early closes, daylight saving time.

A session is half-open, `[open, close)`: pre 04:00–09:30, regular 09:30–16:00, after 16:00–20:00 exchange time. On an
early close the regular session ends early and the after-session starts there. Days without trading have none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from threading import Lock
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import UserError
from market.columns import Ints

SESSIONS = ("pre", "regular", "after")
PRE, REGULAR, AFTER, OUTSIDE = 0, 1, 2, 3  # as in SESSIONS, and none of them

FIRST_YEAR, LAST_YEAR = 1980, 2035
REGULAR_CLOSE = time(16)
_building = Lock()


class Exchange(NamedTuple):
    zone: ZoneInfo
    pre_open: timedelta
    after_close: timedelta


EXCHANGES = {"XNYS": Exchange(ZoneInfo("America/New_York"), timedelta(hours=4), timedelta(hours=20))}


class Bounds(NamedTuple):
    """A session as aware UTC moments: `open` belongs to it, `close` doesn't."""

    open: datetime
    close: datetime


class Schedule(NamedTuple):
    """Every trading day of an exchange: `days` since 1970-01-01, and the edges of its sessions in epoch seconds."""

    days: Ints
    edges: Ints  # one row a day: pre open, regular open, regular close, after close

    def row(self, day: date) -> int | None:
        """The row of a day; None without trading. Raises UserError outside the years that are known."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise UserError(
                f"The exchange calendar covers {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31, found {day.isoformat()}.",
                code="outside_calendar",
            )
        number = (day - date(1970, 1, 1)).days
        row = int(np.searchsorted(self.days, number))
        return row if row < len(self.days) and self.days[row] == number else None


def exchange_get(code: str = "XNYS") -> Exchange:
    """Raises UserError for an exchange without a calendar here."""
    if code not in EXCHANGES:
        raise UserError(f"Exchange should be one of {', '.join(EXCHANGES)}, was {code!r}.")
    return EXCHANGES[code]


@cache
def schedule_get(code: str = "XNYS") -> Schedule:
    """All trading days from FIRST_YEAR to LAST_YEAR. Built once a process, in about a quarter of a second."""
    # Threads that come together wait for the first: each building its own would take as long as all in a row.
    with _building:
        return schedule_build(code)


@cache
def schedule_build(code: str) -> Schedule:
    exchange = exchange_get(code)
    # These load pandas, so only processes that ask for a day pay for it.
    from exchange_calendars import get_calendar
    from pandas import DatetimeIndex

    table = get_calendar(code, start=f"{FIRST_YEAR}-01-01", end=f"{LAST_YEAR}-12-31").schedule
    midnights = DatetimeIndex(table.index)
    moments = (
        (midnights + exchange.pre_open).tz_localize(exchange.zone),
        DatetimeIndex(table["open"]),
        DatetimeIndex(table["close"]),
        (midnights + exchange.after_close).tz_localize(exchange.zone),
    )
    edges = [moment.tz_convert(None).to_numpy("datetime64[s]") for moment in moments]
    return Schedule(
        midnights.to_numpy("datetime64[D]").astype(np.int64), np.column_stack(edges).astype(np.int64)
    )


def session_bounds(day: date, session: str = "regular", exchange: str = "XNYS") -> Bounds | None:
    """Open and close of one session; None when the exchange doesn't trade that day."""
    if session not in SESSIONS:
        raise UserError(f"Session should be one of {', '.join(SESSIONS)}, was {session!r}.")
    schedule = schedule_get(exchange)
    row = schedule.row(day)
    if row is None:
        return None
    opens, closes = schedule.edges[row, SESSIONS.index(session) :][:2].tolist()
    return Bounds(datetime.fromtimestamp(opens, UTC), datetime.fromtimestamp(closes, UTC))


def expected_minutes(day: date, session: str = "regular", exchange: str = "XNYS") -> int:
    """Minute bars that a complete session has; 0 on a day without trading."""
    bounds = session_bounds(day, session, exchange)
    return 0 if bounds is None else int((bounds.close - bounds.open).total_seconds()) // 60


def is_trading_day(day: date, exchange: str = "XNYS") -> bool:
    return schedule_get(exchange).row(day) is not None


def is_early_close(day: date, exchange: str = "XNYS") -> bool:
    """Whether the regular session ends before its usual hour. False on a day without trading."""
    bounds = session_bounds(day, "regular", exchange)
    return bounds is not None and bounds.close.astimezone(exchange_get(exchange).zone).time() < REGULAR_CLOSE


def why_closed(day: date, exchange: str = "XNYS") -> str:
    """Say in a few words why a day has no session: "it is a Saturday", "it is a holiday"; "" if it has one."""
    if is_trading_day(day, exchange):
        return ""
    return f"it is a {day:%A}" if day.weekday() >= 5 else "it is a holiday"


def trading_days(first: date, last: date, exchange: str = "XNYS") -> list[date]:
    """The days with trading from `first` to `last`, both included."""
    schedule = schedule_get(exchange)
    for day in (first, last):
        schedule.row(day)  # refuses what is outside the calendar
    numbers = np.array([first, last], dtype="datetime64[D]").astype(np.int64)
    left, right = (
        np.searchsorted(schedule.days, numbers[0]),
        np.searchsorted(schedule.days, numbers[1], "right"),
    )
    days: list[date] = schedule.days[left:right].astype("datetime64[D]").tolist()
    return days


def trading_day_before(day: date, exchange: str = "XNYS", *, count: int = 1) -> date:
    """The trading day `count` before `day`, which need not be one itself."""
    schedule = schedule_get(exchange)
    schedule.row(day)
    row = int(np.searchsorted(schedule.days, np.datetime64(day, "D").astype(np.int64))) - count
    if row < 0:
        raise UserError(f"The exchange calendar starts on {FIRST_YEAR}-01-01; there is no earlier day in it.")
    return day_of_number(int(schedule.days[row]))


def trading_day_after(day: date, exchange: str = "XNYS") -> date:
    """The first trading day after `day`, which need not be one itself."""
    schedule = schedule_get(exchange)
    schedule.row(day)
    row = int(np.searchsorted(schedule.days, (day - date(1970, 1, 1)).days, side="right"))
    if row == len(schedule.days):
        raise UserError(f"The exchange calendar ends on {LAST_YEAR}-12-31; there is no later day in it.")
    return day_of_number(int(schedule.days[row]))


def last_closed_day(now: datetime, exchange: str = "XNYS") -> date:
    """The newest trading day whose regular session had closed by then."""
    schedule = schedule_get(exchange)
    row = int(np.searchsorted(schedule.edges[:, AFTER], int(now.timestamp()), side="right")) - 1
    return day_of_number(int(schedule.days[row]))


def exchange_day(moment: datetime, exchange: str = "XNYS") -> date:
    """The date on the exchange's wall at a moment."""
    return moment.astimezone(exchange_get(exchange).zone).date()


def session_at(moment: datetime, exchange: str = "XNYS") -> str | None:
    """The session that a moment belongs to; None outside all of them."""
    _, sessions = place(np.array([int(moment.timestamp())], dtype=np.int64), exchange)
    return SESSIONS[sessions[0]] if sessions[0] != OUTSIDE else None


def place(seconds: Ints, exchange: str = "XNYS") -> tuple[Ints, Ints]:
    """For each epoch second the row of its trading day in the schedule, and PRE, REGULAR, AFTER or OUTSIDE.

    Outside all sessions the row is that of the last trading day before, -1 before the first.
    """
    edges = schedule_get(exchange).edges
    # Days don't overlap and the edges of one ascend, so all of them together are one sorted line.
    gap = np.searchsorted(edges.ravel(), seconds, side="right") - 1
    return gap // 4, np.where(gap < 0, OUTSIDE, gap % 4)


def day_of_number(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
