"""The sample market as a feed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from market.calendar import session_bounds
from market.columns import Timeframe
from market.feeds import FeedRefused, FeedRequest
from market.feeds.base import FeedSetup
from market.feeds.synthetic import SyntheticFeed
from market.sample import sample_market

DAY = date(2024, 2, 6)


def feed_at(now: datetime) -> SyntheticFeed:
    return SyntheticFeed(FeedSetup(now=lambda: now))


def test_history_is_the_sample_markets_own() -> None:
    feed = feed_at(datetime(2024, 3, 1, tzinfo=UTC))
    (daily,) = feed.fetch(FeedRequest(("SYN-ALFA",), Timeframe.DAY, date(2024, 1, 2), DAY))
    assert daily.bars.close.tolist() == sample_market(DAY).daily["SYN-ALFA"].close.tolist()
    (page,) = feed.fetch(FeedRequest(("SYN-ALFA",), Timeframe.MINUTE, DAY, DAY))
    wanted = sample_market(DAY, minute_days=1).minutes["SYN-ALFA"]
    assert page.bars.start.tolist() == wanted.start.tolist()
    assert page.bars.close.tolist() == wanted.close.tolist()


def test_latest_shows_a_day_that_is_going_on_up_to_now() -> None:
    bounds = session_bounds(DAY)
    assert bounds is not None
    feed = feed_at(bounds.open.replace(minute=bounds.open.minute + 3))
    starts = [
        (bar.start - bounds.open).total_seconds() / 60 for bar in feed.latest(["SYN-ALFA"], bounds.open)
    ]
    assert starts == [0, 1, 2]


def test_before_its_first_day_there_is_nothing() -> None:
    early = date(2020, 1, 2)
    (page,) = feed_at(datetime(2024, 3, 1, tzinfo=UTC)).fetch(
        FeedRequest(("SYN-ALFA",), Timeframe.MINUTE, early, early)
    )
    assert page.rows == 0


def test_another_symbol_is_refused_by_name() -> None:
    with pytest.raises(FeedRefused, match="SPY"):
        list(feed_at(datetime(2024, 3, 1, tzinfo=UTC)).fetch(FeedRequest(("SPY",), Timeframe.DAY, DAY, DAY)))
