"""Downloads from a vendor that is played by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from market.calendar import session_bounds
from market.downloads import services
from market.downloads.advance import Outcome, download_advance
from market.downloads.models import Download
from market.feeds.keys import key_store
from market.feeds.polygon import PolygonFeed
from market.feeds.tests.serving import minutes
from market.models import FeedSite
from market.tests.vendor_server import Market, Served, vendor_server

MONDAY, TUESDAY = date(2013, 10, 7), date(2013, 10, 8)
LATER = datetime(2013, 10, 20, tzinfo=UTC)


def session(day: date, count: int = 390) -> list[Served]:
    bounds = session_bounds(day)
    assert bounds is not None
    return minutes(count, first=bounds.open)


def started(user: User, **changes: Any) -> Download:
    asked = {
        "feed": "polygon",
        "timeframe": "minute",
        "symbols": ["spy", "QQQ"],
        "first": MONDAY,
        "last": TUESDAY,
    }
    return services.download_start(user, **{**asked, **changes})


def advance(download: Download, **options: Any) -> Outcome:
    outcome = download_advance(download.user_id, download.pk, **options)
    download.refresh_from_db()
    return outcome


def asked_days(market: Market) -> list[tuple[str, str]]:
    """The symbols and days that the vendor was asked for."""
    parts = [asked.path.split("/") for asked in market.asked]
    return [
        (part[4], f"{datetime.fromtimestamp(int(part[8]) / 1000, UTC):%m-%d}")
        for part in parts
        if len(part) > 8
    ]


@contextmanager
def vendor_of(user: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """A Polygon-compatible vendor with two sessions of SPY and QQQ, and a user with a key of it; a part is a day."""
    served = Market(now=lambda: LATER)
    for symbol in ("SPY", "QQQ"):
        for day in (MONDAY, TUESDAY):
            served.add(symbol, session(day))
    monkeypatch.setattr(PolygonFeed, "about", replace(PolygonFeed.about, minute_days_a_part=1))
    FeedSite.objects.create(feed="polygon", requests_per_minute=60_000)
    key_store(user, PolygonFeed, [uuid4().hex])  # each key has a rate of its own
    with vendor_server(served) as url:
        settings.FEEDS = {**settings.FEEDS, "urls": {"polygon": url}}
        yield served
