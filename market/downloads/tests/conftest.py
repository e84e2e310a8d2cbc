from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from market.downloads.tests.world import LATER, MONDAY, TUESDAY, session
from market.feeds.keys import key_store
from market.feeds.polygon import PolygonFeed
from market.models import FeedSite
from market.tests.vendor_server import Market, vendor_server


@pytest.fixture
def market(settings: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """A Polygon-compatible vendor with two sessions of SPY and QQQ, and alice with a key of it; a part is a day."""
    served = Market(now=lambda: LATER)
    for symbol in ("SPY", "QQQ"):
        for day in (MONDAY, TUESDAY):
            served.add(symbol, session(day))
    about = replace(PolygonFeed.about, minute_days_a_part=1)
    monkeypatch.setattr(PolygonFeed, "about", about)
    FeedSite.objects.create(feed="polygon", requests_per_minute=60_000)
    key_store(alice, PolygonFeed, [uuid4().hex])  # each key has a rate of its own
    with vendor_server(served) as url:
        settings.FEEDS = {**settings.FEEDS, "urls": {"polygon": url}}
        yield served
