"""With which key, and where, a feed is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from core.rls import acting_as
from market.feed_models import FeedKey, FeedSite
from market.feeds.base import Feed, FeedRefused, FeedSetup
from market.feeds.keys import fingerprint, key_read
from market.feeds.status import answer_note


def setup_of(
    kind: type[Feed], user_id: int | None, *, patience_seconds: float, now: Callable[[], datetime]
) -> FeedSetup:
    """How this user's questions reach a feed. Raises FeedRefused."""
    site = FeedSite.objects.filter(feed=kind.name).first() or FeedSite(feed=kind.name)
    offer_check(kind, site, user_id)
    key = key_of(kind, site, user_id)
    if kind.about.needs_key and not key:
        raise FeedRefused(f"{kind.label} wants a key. Enter yours under “Feeds”.", code="no_key")
    return FeedSetup(
        key=key,
        base_url=site.base_url or settings.FEEDS["urls"].get(kind.name, ""),
        requests_per_minute=site.requests_per_minute,
        rate_name=f"{kind.name}:{fingerprint(key)}",
        folder=settings.FEEDS["folder"],
        patience_seconds=patience_seconds,
        now=now,
        note=answer_note,
    )


def offer_check(kind: type[Feed], site: FeedSite, user_id: int | None) -> None:
    if site.is_offered or user_id is None or User.objects.filter(pk=user_id, is_staff=True).exists():
        return
    raise FeedRefused(f"{kind.label} is not offered here: staff have switched it off.", code="not_offered")


def key_of(kind: type[Feed], site: FeedSite, user_id: int | None) -> tuple[str, ...]:
    """The user's own key, else the site's, else none. Raises SecretLost."""
    if user_id is not None:
        with acting_as(user_id):
            own = FeedKey.objects.filter(user_id=user_id, feed=kind.name).first()
        if own is not None:
            return key_read(own.key_encrypted, user_id, kind.name)
    return key_read(site.key_encrypted, None, kind.name) if site.has_key else ()
