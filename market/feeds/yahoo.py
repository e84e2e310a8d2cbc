"""Yahoo Finance, through yfinance: no key, no promise.

Yahoo tells prices divided by all later splits. Bars here are as traded, so the splits are multiplied in again; they
come with the same answers. Prices come in single precision and are rounded to what that can tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from market.columns import Timeframe
from market.feeds.base import ActionLine, Feed, FeedAbout, FeedBar, FeedPage, FeedRequest, FeedSetup, OnPage
from market.feeds.pace import Pace
from market.feeds.reach import reach_check
from market.feeds.rows import RawBar, exchange_date, minutes_of, page_of

COLUMNS = ("Open", "High", "Low", "Close")
DIGITS = 4


class YahooFeed(Feed):
    name = "yahoo"
    label = "Yahoo Finance"
    default_url = "https://query2.finance.yahoo.com"
    about = FeedAbout(
        history="Daily bars over decades; minute bars of the last 30 days, a week at a time.",
        licence="Personal use only, by Yahoo's terms. No official interface: it may fail or go at any time.",
        delay_seconds=60,
        requests_per_minute=60,
        timeframes=(Timeframe.MINUTE, Timeframe.DAY),
        minute_days_a_part=7,
        oldest_minute_days=29,
        has_actions=True,
    )

    def __init__(self, setup: FeedSetup) -> None:
        super().__init__(setup)
        reach_check(self.label, self.base_url)
        rate = setup.requests_per_minute or self.about.requests_per_minute
        self.pace = Pace(self.label, setup.rate_name or self.name, rate, setup.patience_seconds)
        self.daily: dict[
            tuple[str, date], Any
        ] = {}  # the last tables of days, which have the actions in them

    def history(self, request: FeedRequest, on_page: OnPage) -> Iterator[FeedPage]:
        self.daily.clear()
        for symbol in request.symbols:
            # To the end of today, so that every split since is known.
            daily = self.days_since(symbol, request.first)
            splits = splits_of(daily)
            if request.timeframe is Timeframe.MINUTE:
                found = self.table(symbol, Timeframe.MINUTE, request.first, request.last + timedelta(days=1))
            else:
                found = daily
            rows = [row for row in raw_of(found, request.timeframe, splits) if day_of(row) <= request.last]
            on_page(len(rows))
            yield page_of(symbol, rows)

    def actions_of(self, request: FeedRequest) -> list[ActionLine]:
        return [
            line
            for symbol in request.symbols
            for line in lines_of(symbol, self.days_since(symbol, request.first), request.last)
        ]

    def days_since(self, symbol: str, first: date) -> Any:
        if (symbol, first) not in self.daily:
            self.daily[symbol, first] = self.table(symbol, Timeframe.DAY, first, self.tomorrow())
        return self.daily[symbol, first]

    def closed_since(self, symbols: Sequence[str], since: datetime) -> list[FeedBar]:
        newest, bars = self.newest_closed(), []
        first = exchange_date(int(since.timestamp()))
        for symbol in symbols:
            found = self.table(symbol, Timeframe.MINUTE, first, self.tomorrow())
            bars += minutes_of(page_of(symbol, raw_of(found, Timeframe.MINUTE, [])), since, newest)
        return bars

    def table(self, symbol: str, timeframe: Timeframe, first: date, end: date) -> Any:
        # It loads pandas and more; only processes that ask Yahoo pay for it.
        from market.feeds.yahoo_client import table_of

        return table_of(self.label, self.pace, self.setup.base_url, symbol, timeframe, first, end)

    def tomorrow(self) -> date:
        return exchange_date(int(self.setup.now().timestamp())) + timedelta(days=1)

    def close(self) -> None:
        """Nothing is kept open."""


def splits_of(table: Any) -> list[tuple[date, float]]:
    """The days with a split in a daily table, each with the new shares for an old one."""
    if table is None:
        return []
    splits = table["Stock Splits"]
    return [(moment.date(), float(ratio)) for moment, ratio in splits[splits > 0].items()]


def lines_of(symbol: str, table: Any, last: date) -> list[ActionLine]:
    """The splits and dividends of a daily table; Yahoo divides dividends by later splits, too."""
    splits = splits_of(table)
    lines = [
        {"symbol": symbol, "type": "split", "ex_date": day.isoformat(), "split_ratio": f"{ratio:.9f}"}
        for day, ratio in splits
        if day <= last
    ]
    for moment, amount in [] if table is None else table["Dividends"].items():
        day = moment.date()
        if amount > 0 and day <= last:
            whole = amount * math.prod(ratio for split_day, ratio in splits if split_day > day)
            text = f"{whole:.6f}"
            lines.append(
                {"symbol": symbol, "type": "dividend", "ex_date": day.isoformat(), "amount_per_share": text}
            )
    return lines


def raw_of(table: Any, timeframe: Timeframe, splits: Sequence[tuple[date, float]]) -> list[RawBar]:
    """The rows of a table as traded. A moment at which Yahoo has nothing is no row."""
    rows: list[RawBar] = []
    if table is None:
        return rows
    for moment, values in zip(table.index, table.to_dict("records"), strict=True):
        prices = [values[name] for name in COLUMNS]
        if all(price is None or math.isnan(price) for price in prices):
            continue
        day = moment.date()
        factor = math.prod(ratio for split_day, ratio in splits if split_day > day)
        start = day if timeframe is Timeframe.DAY else int(moment.timestamp())
        volume = round(values["Volume"] / factor)
        open_, high, low, close = (round(price * factor, DIGITS) for price in prices)
        rows.append(RawBar(start, open_, high, low, close, volume))
    return rows


def day_of(row: RawBar) -> date:
    return row.start if isinstance(row.start, date) else datetime.fromtimestamp(row.start, UTC).date()
