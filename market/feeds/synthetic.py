"""The sample market as a feed: made up, the same for everybody, and never at an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from market.calendar import trading_days
from market.columns import BarColumns, Timeframe
from market.feeds.base import Feed, FeedAbout, FeedBar, FeedPage, FeedRefused, FeedRequest, OnPage
from market.feeds.rows import exchange_date, midnight_of, minutes_of
from market.sample import FIRST_DAY, SampleMarket, sample_market, sample_symbols


class SyntheticFeed(Feed):
    name = "synthetic"
    label = "Synthetic sample"
    about = FeedAbout(
        history=f"Made-up symbols ({', '.join(sample_symbols()[:2])}, …) since {FIRST_DAY}, minute by minute.",
        licence="None needed: nothing of it is real.",
        delay_seconds=0,
        settle_seconds=0,
        requests_per_minute=None,
        timeframes=(Timeframe.MINUTE, Timeframe.DAY),
        symbols_a_part=1000,
    )

    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        found = bars_of(request.timeframe, request.first, request.last)
        start, end = midnight_of(request.first), midnight_of(request.last + timedelta(days=1))
        for symbol in request.symbols:
            bars = known(found, symbol)
            page = FeedPage(symbol, bars.rows((bars.start >= start) & (bars.start < end)))
            on_page(page.rows)
            yield page

    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        newest = self.newest_closed()
        first, last = (exchange_date(int(moment.timestamp())) for moment in (since, newest))
        found = bars_of(Timeframe.MINUTE, first, last)
        return [
            bar
            for symbol in symbols
            for bar in minutes_of(FeedPage(symbol, known(found, symbol)), since, newest)
        ]

    def close(self) -> None:
        """Nothing is kept open."""


def bars_of(timeframe: Timeframe, first: date, last: date) -> dict[str, BarColumns]:
    """The sample's bars with those of these days among them; a later day's prices rest on all before it."""
    if last < FIRST_DAY:
        return dict.fromkeys(sample_symbols(), BarColumns.empty())
    market = made(last, max(1, len(trading_days(max(first, FIRST_DAY), last))))
    return market.daily if timeframe is Timeframe.DAY else market.minutes


@lru_cache(maxsize=2)
def made(last: date, minute_days: int) -> SampleMarket:
    # A live session asks every minute, and drawing years anew takes seconds.
    return sample_market(last, minute_days=minute_days)


def known(found: dict[str, BarColumns], symbol: str) -> BarColumns:
    if symbol not in found:
        raise FeedRefused(
            f"The sample market has no {symbol}; it has {', '.join(found)}.", code="unknown_symbol"
        )
    return found[symbol]
