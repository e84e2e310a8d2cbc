"""How often a feed may be asked: one rate for everybody with the same key, over all processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from core.rate import rate_limit
from market.feeds.base import FeedLimited

LONGEST_HOLD_SECONDS = 3600.0
HOLD_SECONDS = 30.0  # where a vendor says "too many" and not until when


class Pace:
    """Waits for a turn, or says when there will be one."""

    def __init__(
        self,
        label: str,
        name: str,
        per_minute: int | None,
        patience_seconds: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.label = label
        self.name = name
        self.per_minute = per_minute
        self.patience_seconds = patience_seconds
        self.sleep = sleep

    def turn(self) -> None:
        """Return once this question may be asked. Raises FeedLimited where that takes longer than patience lasts."""
        deadline = time.monotonic() + self.patience_seconds
        while wait := rate_limit("feed").take(self.name, self.per_minute):
            if time.monotonic() + wait > deadline:
                raise FeedLimited(
                    f"{self.label} takes {self.per_minute or 'so many'} questions a minute.", wait
                )
            self.sleep(wait)

    def hold(self, retry_after: str | None) -> FeedLimited:
        """Let nobody with this key ask until the vendor wants to be asked again; the error to raise."""
        seconds = min(seconds_of(retry_after), LONGEST_HOLD_SECONDS)
        rate_limit("feed").hold(self.name, seconds)
        return FeedLimited(f"{self.label} has been asked too often and wants a pause.", seconds)


def seconds_of(retry_after: str | None) -> float:
    """Seconds of a Retry-After header, which has a number or a date."""
    text = (retry_after or "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return HOLD_SECONDS
