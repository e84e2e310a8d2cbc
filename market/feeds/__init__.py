"""Feeds of market data: one file each, registered here once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from market.feeds.alpaca import AlpacaFeed
from market.feeds.base import (
    Feed,
    FeedAbout,
    FeedBar,
    FeedDown,
    FeedError,
    FeedLimited,
    FeedPage,
    FeedRefused,
    FeedRequest,
    FeedSetup,
)
from market.feeds.folder import FolderFeed
from market.feeds.opening import setup_of
from market.feeds.polygon import PolygonFeed
from market.feeds.status import feed_statuses
from market.feeds.synthetic import SyntheticFeed
from market.feeds.yahoo import YahooFeed

FEEDS: dict[str, type[Feed]] = {
    feed.name: feed for feed in (AlpacaFeed, YahooFeed, PolygonFeed, FolderFeed, SyntheticFeed)
}


def feed_get(name: str) -> type[Feed]:
    """The feed of a name. Raises FeedRefused naming those there are."""
    if name not in FEEDS:
        raise FeedRefused(
            f"There is no feed {name[:20]!r}. There are: {', '.join(FEEDS)}.", code="unknown_feed"
        )
    return FEEDS[name]


def feed_check(name: str, user_id: int | None) -> type[Feed]:
    """The feed of a name, if this user could ask it now. Raises FeedRefused; asks nobody and loads no vendor's client."""
    kind = feed_get(name)
    setup_of(kind, user_id, patience_seconds=0.0, now=timezone.now)
    return kind


def feed_open(
    name: str,
    user_id: int | None,
    *,
    patience_seconds: float = 30.0,
    now: Callable[[], datetime] = timezone.now,
) -> Feed:
    """A feed ready to be asked, with the user's key of it or else the site's; None: for the site itself.

    Raises FeedRefused without a key that it needs, and for one that is not offered. To be closed after use.
    """
    kind = feed_get(name)
    return kind(setup_of(kind, user_id, patience_seconds=patience_seconds, now=now))


__all__ = [
    "FEEDS",
    "Feed",
    "FeedAbout",
    "FeedBar",
    "FeedDown",
    "FeedError",
    "FeedLimited",
    "FeedPage",
    "FeedRefused",
    "FeedRequest",
    "FeedSetup",
    "feed_check",
    "feed_get",
    "feed_open",
    "feed_statuses",
]
