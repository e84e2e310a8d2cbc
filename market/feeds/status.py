"""How feeds have answered, noted after each answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from core import clock
from market.columns import Timeframe
from market.feed_models import FeedStatus
from market.feeds.base import FeedNote

MOST_ERROR = 500


def answer_note(note: FeedNote) -> None:
    """Store how a feed answered. What is no news about the newest bar leaves it as it was."""
    now = timezone.now()  # of this machine; how far the newest bar lags is about the market's clock
    values: dict[str, object] = {"last_success_at": now}
    if note.error:
        values = {"last_error_at": now, "last_error": note.error[:MOST_ERROR]}
    elif note.newest is not None:
        lag = (clock.now() - note.newest).total_seconds() - Timeframe.MINUTE.bar_seconds
        values |= {"newest_bar_at": note.newest, "lag_seconds": max(0.0, lag)}
    if not FeedStatus.objects.filter(feed=note.feed).update(**values):
        FeedStatus.objects.update_or_create(feed=note.feed, defaults=values)


def feed_statuses() -> Sequence[FeedStatus]:
    """How each feed that has been asked answered last, for the operator."""
    return list(FeedStatus.objects.all())
