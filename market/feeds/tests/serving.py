"""Bars and feeds as tests of vendors need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from market.feeds import FEEDS, Feed
from market.feeds.base import FeedSetup
from market.tests.vendor_server import Market, Served, vendor_server

DAY = date(2013, 10, 7)
OPEN = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)  # 09:30 in New York
AFTERWARDS = datetime(2013, 10, 8, 12, tzinfo=UTC)


def minutes(count: int, *, first: datetime = OPEN, price: float = 100.0) -> list[Served]:
    """Quiet bars in a row; each minute a cent higher."""
    start = int(first.timestamp())
    closes = [round(price + place / 100, 2) for place in range(count)]
    return [
        Served(start + 60 * place, close, round(close + 0.05, 2), round(close - 0.05, 2), close, 1000 + place)
        for place, close in enumerate(closes)
    ]


def days(opens: list[datetime], *, price: float = 100.0) -> list[Served]:
    """Daily bars that start with these sessions."""
    return [
        Served(
            int(moment.timestamp()), price + place, price + place + 1, price + place - 1, price + place, 5000
        )
        for place, moment in enumerate(opens)
    ]


@contextmanager
def feed_at(name: str, market: Market, **setup: Any) -> Iterator[Feed]:
    """A feed of a vendor that is played by a server on this machine."""
    with vendor_server(market) as url:
        parts = tuple(f"key-{part}" for part in range(len(FEEDS[name].about.key_parts)))
        known = FeedSetup(key=parts, base_url=url, rate_name=f"test:{url}", requests_per_minute=60_000)
        feed = FEEDS[name](replace(known, **setup))
        try:
            yield feed
        finally:
            feed.close()


def later(minutes_on: float) -> datetime:
    return OPEN + timedelta(minutes=minutes_on)
