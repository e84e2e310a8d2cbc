"""From a vendor's rows to columns. What can't be read costs its own row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from market.calendar import exchange_get, session_bounds, why_closed
from market.columns import BarColumns, Timeframe
from market.feeds.base import FeedBar, FeedPage, FeedProblem

MINUTE = 60


class RawBar(NamedTuple):
    """A bar as a vendor tells it: `start` in epoch seconds, or the day, and numbers that may be none."""

    start: int | date
    open: Any
    high: Any
    low: Any
    close: Any
    volume: Any


def page_of(symbol: str, raw: Iterable[RawBar], *, exchange: str = "XNYS") -> FeedPage:
    """The rows that can be read, in their order, and why the others can't.

    A bar of a day is stamped with the open of its regular session. Shares are whole: a fraction of one is left out.
    """
    rows: list[tuple[int, float, float, float, float, int]] = []
    problems: list[FeedProblem] = []
    for bar in raw:
        try:
            open_, high, low, close, volume = map(number, bar[1:])
            rows.append((start_of(bar.start, exchange), open_, high, low, close, int(volume)))
        except Unreadable as error:
            problems.append(FeedProblem(error.code, f"{symbol} {bar.start}: {error}"))
    return FeedPage(symbol, BarColumns.of(rows), tuple(problems))


def minutes_of(page: FeedPage, since: datetime, newest: datetime) -> list[FeedBar]:
    """The minute bars of a page that start from `since` to `newest`, with exact prices."""
    wanted = (page.bars.start >= since.timestamp()) & (page.bars.start <= newest.timestamp())
    return [
        FeedBar(page.symbol, bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume)
        for bar in page.bars.rows(wanted).to_bars()
    ]


class Unreadable(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def start_of(start: int | date, exchange: str) -> int:
    if isinstance(start, date):
        bounds = session_bounds(start, "regular", exchange)
        if bounds is None:
            raise Unreadable("calendar", f"{start} has no session: {why_closed(start, exchange)}")
        return int(bounds.open.timestamp())
    if start % MINUTE:
        raise Unreadable("time", f"{start} is not the start of a minute")
    return start


def number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        raise Unreadable("not_a_number", f"{value!r} where a number is wanted")
    return float(value)


def midnight_of(day: date, exchange: str = "XNYS") -> int:
    """The epoch second at which a day begins at the exchange."""
    return int(datetime.combine(day, time(), exchange_get(exchange).zone).timestamp())


def exchange_date(second: int, exchange: str = "XNYS") -> date:
    """The day on the exchange's wall of an epoch second, such as the midnight that a vendor stamps a day with."""
    return datetime.fromtimestamp(second, UTC).astimezone(exchange_get(exchange).zone).date()


def stamp_of(timeframe: Timeframe, seconds: int) -> int | date:
    """How a bar of this length that a vendor stamps with an epoch second is stamped here."""
    return exchange_date(seconds) if timeframe is Timeframe.DAY else seconds
