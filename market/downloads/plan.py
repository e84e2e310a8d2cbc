"""Which parts of a download are left: days that were asked for, have settled, and have not been brought yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from market.calendar import AFTER, day_of_number, schedule_get, trading_days
from market.columns import Timeframe
from market.feeds import FeedAbout

AFTER_CLOSE = AFTER + 1  # the edge at which the last session of a day ends


class Part(NamedTuple):
    """What is fetched and stored at once: days of some symbols, both ends included."""

    symbols: tuple[str, ...]
    first: date
    last: date
    is_quotes: bool = False


def settled_day(about: FeedAbout, timeframe: Timeframe, now: datetime) -> date:
    """The newest trading day whose bars this feed has and changes no more: history ends with it."""
    waited = now - timedelta(seconds=about.delay_seconds + about.settle_seconds)
    schedule = schedule_get()
    closes = schedule.edges[:, AFTER if timeframe is Timeframe.DAY else AFTER_CLOSE]
    row = int(closes.searchsorted(int(waited.timestamp()), side="right")) - 1
    return day_of_number(int(schedule.days[row]))


def oldest_day(about: FeedAbout, timeframe: Timeframe, now: datetime) -> date | None:
    """The first day that this feed can have; None where it doesn't say."""
    if timeframe is Timeframe.DAY or about.oldest_minute_days is None:
        return None
    return now.date() - timedelta(days=about.oldest_minute_days)


def parts_left(
    symbols: Sequence[str],
    days: Sequence[date],
    done: Mapping[str, set[date]],
    about: FeedAbout,
    timeframe: Timeframe,
) -> list[Part]:
    """The parts that bring the `days` which are not `done`, oldest first. Symbols that lack the same go together."""
    together: dict[tuple[date, date], list[str]] = {}
    for symbol in symbols:
        for span in spans(days, done.get(symbol, set())):
            for first, last in pieces(span, about, timeframe):
                together.setdefault((first, last), []).append(symbol)
    return [
        Part(group, first, last)
        for (first, last), names in sorted(together.items())
        for group in groups(names, about.symbols_a_part)
    ]


def spans(days: Sequence[date], done: set[date]) -> list[list[date]]:
    """Trading days in a row that are not done."""
    found: list[list[date]] = []
    is_open = False
    for day in days:
        if day in done:
            is_open = False
        elif is_open:
            found[-1].append(day)
        else:
            found.append([day])
            is_open = True
    return found


def pieces(span: Sequence[date], about: FeedAbout, timeframe: Timeframe) -> Iterable[tuple[date, date]]:
    """A span cut into what one part may have; of daily bars all of it."""
    if timeframe is Timeframe.DAY:
        yield span[0], span[-1]
        return
    rest = list(span)
    while rest:
        end = rest[0] + timedelta(days=about.minute_days_a_part)
        piece = [day for day in rest if day < end]
        yield piece[0], piece[-1]
        rest = rest[len(piece) :]


def groups(names: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    rest = iter(names)
    while group := tuple(islice(rest, size)):
        yield group


def days_between(first: date, last: date) -> list[date]:
    return trading_days(first, last) if first <= last else []
