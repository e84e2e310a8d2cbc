"""Alpaca's market data, through its own client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings

from market.calendar import exchange_get
from market.columns import Timeframe
from market.feeds.base import (
    ActionLine,
    Feed,
    FeedAbout,
    FeedBar,
    FeedDown,
    FeedPage,
    FeedRequest,
    FeedSetup,
    OnPage,
    nothing,
)
from market.feeds.pace import Pace
from market.feeds.reach import reach_check
from market.feeds.rows import RawBar, minutes_of, page_of, stamp_of

COLUMNS = ("o", "h", "l", "c", "v")
DELAY = timedelta(minutes=16)  # what is younger, the consolidated tape tells to paying accounts only


class AlpacaFeed(Feed):
    name = "alpaca"
    label = "Alpaca"
    default_url = "https://data.alpaca.markets"
    about = FeedAbout(
        history="Minute and daily bars of all US stocks since 2016, from the consolidated tape (SIP).",
        licence="Personal, non-commercial use with your own account; the data may not be passed on.",
        delay_seconds=0,
        requests_per_minute=200,
        timeframes=(Timeframe.MINUTE, Timeframe.DAY),
        key_parts=("Key ID", "Secret key"),
        symbols_a_part=5,
        has_quotes=True,
        has_actions=True,
    )

    def __init__(self, setup: FeedSetup) -> None:
        super().__init__(setup)
        # It loads pandas and more; only processes that ask Alpaca pay for it.
        from market.feeds.alpaca_client import AlpacaActions, AlpacaClient, AlpacaQuotes

        reach_check(self.label, self.base_url)
        rate = setup.requests_per_minute or self.about.requests_per_minute
        pace = Pace(self.label, setup.rate_name or self.name, rate, setup.patience_seconds)
        self.client = AlpacaClient(self.label, pace, setup.key, self.base_url)
        self.events = AlpacaActions(self.label, pace, setup.key, self.base_url)
        self.books = AlpacaQuotes(self.label, pace, setup.key, self.base_url)

    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        zone = exchange_get().zone
        first = datetime.combine(request.first, time(), zone)
        last = datetime.combine(request.last, time(23, 59, 59), zone)
        last = min(last, self.setup.now() - DELAY)
        if request.is_quotes:
            for symbol in request.symbols:
                yield self.books.folded(symbol, first, last, on_page)
            return
        found = self.client.bars(
            request.symbols,
            request.timeframe,
            first,
            last,
            tape="sip",
            on_page=on_page,
        )
        for symbol in request.symbols:
            yield page_of(symbol, raw_of(symbol, found.get(symbol) or [], request.timeframe))

    def actions_of(self, request: FeedRequest) -> list[ActionLine]:
        return self.events.lines(request.symbols, request.first, request.last)

    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        newest = self.newest_closed()
        tape = settings.FEEDS["alpaca_tape"]
        found = self.client.bars(symbols, Timeframe.MINUTE, since, newest, tape=tape, on_page=nothing)
        return [
            bar
            for symbol in symbols
            for bar in minutes_of(
                page_of(symbol, raw_of(symbol, found.get(symbol) or [], Timeframe.MINUTE)), since, newest
            )
        ]

    def close(self) -> None:
        self.client.close()
        self.events.close()
        self.books.close()


def raw_of(symbol: str, rows: Sequence[Any], timeframe: Timeframe) -> list[RawBar]:
    """Rows as they come. Raises FeedDown where their times are none, or step back between pages."""
    try:
        times = [int(datetime.fromisoformat(row["t"]).astimezone(UTC).timestamp()) for row in rows]
    except (TypeError, KeyError, ValueError) as error:
        raise FeedDown(f"Alpaca sent bars of {symbol} without a time.") from error
    if times != sorted(set(times)):
        raise FeedDown(f"Alpaca's pages of {symbol} overlap or step back in time.")
    return [
        RawBar(stamp_of(timeframe, start), *(row.get(name) for name in COLUMNS))
        for start, row in zip(times, rows, strict=True)
    ]
