"""What feeds of market data tell monitoring."""

from __future__ import annotations

from django.utils import timezone

from core.metrics import gauge
from market.feeds import feed_statuses


def feed_lag() -> dict[str, float]:
    return {row.feed: row.lag_seconds for row in feed_statuses() if row.lag_seconds is not None}


def feed_silence() -> dict[str, float]:
    now = timezone.now()
    return {
        row.feed: (now - row.last_success_at).total_seconds()
        for row in feed_statuses()
        if row.last_success_at is not None
    }


gauge("feed_lag_seconds", "How old a feed's newest bar was when it came.", feed_lag, labels=("feed",))
gauge("feed_silence_seconds", "Since a feed last answered well.", feed_silence, labels=("feed",))
