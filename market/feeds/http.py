"""Questions to a vendor over plain HTTP: one kept client, no retries of its own, and every failure under its name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from typing import Any, NoReturn

import httpx2

from market.feeds.base import Feed, FeedDown, FeedRefused
from market.feeds.pace import Pace
from market.feeds.reach import reach_check

TIMEOUT_SECONDS = 20.0
MOST_SHOWN = 200


@cache
def certificates() -> SSLContext:
    """Whom to trust, read once a process: reading takes longer than most answers."""
    return httpx2.create_ssl_context(trust_env=False)


class FeedHttp:
    """Asks one vendor. Neither redirects nor proxies of the environment: both would lead elsewhere with the key."""

    def __init__(self, feed: Feed, pace: Pace, headers: Mapping[str, str]) -> None:
        reach_check(feed.label, feed.base_url)
        self.label = feed.label
        self.pace = pace
        self.base_url = feed.base_url
        self.client = httpx2.Client(
            headers=dict(headers),
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            verify=certificates(),
        )

    def get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The object that a path answers with. Raises FeedError, also for an answer that was cut short."""
        self.pace.turn()
        try:
            answer = self.client.get(self.base_url + path, params=dict(params))
        except httpx2.TransportError as error:
            raise FeedDown(f"{self.label} can't be reached: {error or type(error).__name__}.") from error
        self.status_check(answer)
        try:
            found = answer.json()
        except ValueError as error:
            raise FeedDown(f"{self.label} sent an answer that is no JSON: it may have broken off.") from error
        if not isinstance(found, dict):
            raise FeedDown(f"{self.label} sent {type(found).__name__} where an object is wanted.")
        return found

    def status_check(self, answer: httpx2.Response) -> None:
        if answer.is_success:
            return
        status_raise(
            self.label,
            self.pace,
            answer.status_code,
            answer.headers.get("retry-after"),
            answer.text[:MOST_SHOWN],
        )


def status_raise(label: str, pace: Pace, status: int, retry_after: str | None, text: str) -> NoReturn:
    """Raise what an answer other than success means."""
    if status == 429:
        raise pace.hold(retry_after)
    if status >= 500 or status == 408:
        raise FeedDown(f"{label} is out of order: status {status}.")
    if status in (401, 403):
        raise FeedRefused(
            f"{label} does not accept the key for this (status {status}): {text}", code="bad_key"
        )
    if status == 404:
        raise FeedRefused(f"{label} does not know this symbol.", code="unknown_symbol")
    raise FeedRefused(f"{label} refused the question with status {status}: {text}")
