"""What a download may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core.errors import UserError
from market.calendar import FIRST_YEAR
from market.columns import Timeframe
from market.downloads.plan import days_between, oldest_day, settled_day
from market.feeds import Feed
from market.symbols import is_symbol, symbol_normalise

MOST_SYMBOLS = 100
MOST_SYMBOL_DAYS = {Timeframe.MINUTE: 10_000, Timeframe.DAY: 500_000}


def symbols_read(symbols: Sequence[str]) -> list[str]:
    """The symbols in their one spelling, each once. Raises UserError."""
    names = list(dict.fromkeys(symbol_normalise(symbol) for symbol in symbols if symbol.strip()))
    if not 1 <= len(names) <= MOST_SYMBOLS:
        raise refusal("symbols", f"Name 1 to {MOST_SYMBOLS} symbols, found {len(names)}.")
    bad = [name for name in names if not is_symbol(name)]
    if bad:
        raise refusal(
            "symbols", f"A symbol has up to 16 letters, digits, dots and dashes, found {bad[0][:30]!r}."
        )
    return names


def range_check(
    feed: type[Feed], timeframe: Timeframe, first: date, last: date, symbols: Sequence[str], now: datetime
) -> None:
    """Raises UserError for days that this feed can't have, or more of them than one download may bring."""
    if timeframe not in feed.about.timeframes:
        raise refusal("timeframe", f"{feed.label} has no {timeframe} bars.")
    if first > last:
        raise refusal("last", f"The last day should not be before the first, {first}; was {last}.")
    if first.year < FIRST_YEAR:
        raise refusal("first", f"The first day should be in {FIRST_YEAR} or later, was {first}.")
    settled = settled_day(feed.about, timeframe, now)
    if first > settled:
        raise refusal("first", f"The newest day that can be had by now is {settled}; found {first}.")
    oldest = oldest_day(feed.about, timeframe, now)
    if oldest is not None and last < oldest:
        raise refusal("last", f"{feed.label} has {timeframe} bars since {oldest} only; found {last}.")
    count = len(days_between(first, min(last, settled))) * len(symbols)
    if count > (most := MOST_SYMBOL_DAYS[timeframe]):
        raise refusal(
            "first",
            f"One download brings at most {most:,} days of {timeframe} bars over all symbols, found {count:,}.",
        )


def quotes_check(feed: type[Feed], timeframe: Timeframe, is_quotes: bool) -> None:
    """Raises UserError where quotes are wanted of a feed, or of a length, that has none."""
    if is_quotes and not (feed.about.has_quotes and timeframe is Timeframe.MINUTE):
        raise refusal("timeframe", f"{feed.label} has no {timeframe} quote bars.")


def refusal(field: str, message: str) -> UserError:
    return UserError(message, fields={field: message})
