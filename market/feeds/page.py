"""What the pages of feeds show: what each is, whether this user may ask it, and how it answered last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from market.feed_models import FeedSite, FeedStatus
from market.feeds import FEEDS, Feed, feed_statuses
from market.feeds.keys import keys_known


@dataclass(frozen=True, slots=True)
class FeedShown:
    """A feed as its user sees it; of keys only whether there is one."""

    feed: type[Feed]
    is_offered: bool
    has_own_key: bool
    has_site_key: bool
    requests_per_minute: int | None
    status: FeedStatus | None

    @property
    def is_ready(self) -> bool:
        """Whether it could be asked right now."""
        has_key = not self.feed.about.needs_key or self.has_own_key or self.has_site_key
        return self.is_offered and has_key

    @property
    def is_failing(self) -> bool:
        status = self.status
        if status is None or status.last_error_at is None:
            return False
        return status.last_success_at is None or status.last_error_at > status.last_success_at


def feeds_shown(user: User) -> Sequence[FeedShown]:
    """Every feed that there is."""
    sites = {site.feed: site for site in FeedSite.objects.all()}
    own, statuses = keys_known(user), {status.feed: status for status in feed_statuses()}
    return [
        FeedShown(
            feed=feed,
            is_offered=site.is_offered or user.is_staff,
            has_own_key=name in own,
            has_site_key=site.has_key,
            requests_per_minute=site.requests_per_minute or feed.about.requests_per_minute,
            status=statuses.get(name),
        )
        for name, feed in FEEDS.items()
        for site in [sites.get(name) or FeedSite(feed=name)]
    ]
