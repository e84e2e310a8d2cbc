"""Going on with a download: ask, check, store, part by part, for a slice of time; then another worker's turn.

Asking happens outside every transaction, storing within one. A part that was not fetched to its end leaves no trace.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from core.errors import UserError
from core.rls import acting_as
from market.columns import Timeframe
from market.downloads import state
from market.downloads.models import Download
from market.downloads.plan import Part
from market.downloads.selectors import parts_of
from market.downloads.state import Lost
from market.downloads.storing import part_store
from market.feeds import Feed, FeedDown, FeedLimited, FeedRefused, FeedRequest, feed_open

SLICE_SECONDS = 20.0
MOST_FAILURES = 8  # in a row, of parts that could be asked for again
LONGEST_WAIT_SECONDS = 600.0
HOPELESS = {"bad_key", "no_key", "not_offered", "unknown_feed"}  # for every symbol alike


class Outcome(StrEnum):
    ENDED = "ended"
    WAITS = "waits"  # until its retry_at
    MORE = "more"  # right away
    LOST = "lost"  # nothing to do for this worker

    @property
    def is_idle(self) -> bool:
        return self in (Outcome.WAITS, Outcome.LOST)


def download_advance(
    user_id: int,
    download_id: int,
    *,
    seconds: float = SLICE_SECONDS,
    now: Callable[[], datetime] = timezone.now,
) -> Outcome:
    """Bring parts of a download for some seconds, at least one. Safe to run twice: only one of them gets it."""
    download = state.download_claim(user_id, download_id, now())
    if download is None:
        return Outcome.LOST
    try:
        return Work(download, now).go_on(time.monotonic() + seconds)
    except Lost:
        return Outcome.LOST


class Work:
    """One worker's turn at one download."""

    def __init__(self, download: Download, now: Callable[[], datetime]) -> None:
        self.download = download
        self.now = now
        self.refused: set[str] = set()

    def go_on(self, deadline: float) -> Outcome:
        try:
            feed = feed_open(self.download.feed, self.download.user_id, now=self.now)
        except UserError as error:
            state.download_close(self.download, error.message)
            return Outcome.ENDED
        try:
            return self.parts(feed, deadline)
        except FeedLimited as error:
            return self.wait(error.message, error.retry_after, is_failure=False)
        except FeedDown as error:
            return self.after_failure(error.message)
        except FeedRefused as error:
            state.download_close(self.download, error.message)
            return Outcome.ENDED
        finally:
            feed.close()

    def parts(self, feed: Feed, deadline: float) -> Outcome:
        with acting_as(self.download.user_id):
            left = parts_of(self.download, feed.about, self.now())
        done = self.download.parts_done
        self.progress(parts_total=done + len(left))
        for count, part in enumerate(left, 1):
            if time.monotonic() > deadline and count > 1:
                state.download_release(self.download)
                return Outcome.MORE
            self.bring(feed, part)
            self.download.failures = 0
            self.progress(parts_done=done + count)
        state.download_close(self.download)
        return Outcome.ENDED

    def progress(self, **changes: int) -> None:
        state.download_progress(self.download, self.now(), **changes)

    def bring(self, feed: Feed, part: Part) -> None:
        """Fetch a part and store it whole. A symbol that is refused costs no other one of the part."""
        part = part._replace(symbols=tuple(name for name in part.symbols if name not in self.refused))
        if not part.symbols:
            return
        try:
            self.fetch(feed, part)
        except FeedRefused as error:
            if error.code in HOPELESS:
                raise
            if len(part.symbols) > 1:
                for symbol in part.symbols:
                    self.bring(feed, part._replace(symbols=(symbol,)))
            else:
                self.refused.add(part.symbols[0])
                state.symbol_refused(self.download, part.symbols[0], error.message)

    def fetch(self, feed: Feed, part: Part) -> None:
        timeframe, rows = Timeframe(self.download.timeframe), 0

        def on_page(count: int) -> None:
            nonlocal rows
            rows += count
            self.progress(rows_on_the_way=rows)

        asked = FeedRequest(part.symbols, timeframe, part.first, part.last, part.is_quotes)
        pages = list(feed.fetch(asked, on_page=on_page))
        actions = feed.actions(asked) if timeframe is Timeframe.DAY else []
        # Never before the download began, whatever this machine's clock says: else it would be brought for ever.
        brought_at = max(timezone.now(), self.download.created_at)
        with acting_as(self.download.user_id):
            report = part_store(type(feed), part, timeframe, pages, actions, now=brought_at)
            state.part_note(self.download, report)

    def after_failure(self, reason: str) -> Outcome:
        failures = self.download.failures + 1
        if failures >= MOST_FAILURES:
            state.download_close(self.download, f"Given up after {failures} attempts: {reason}")
            return Outcome.ENDED
        return self.wait(reason, min(LONGEST_WAIT_SECONDS, 5.0 * 2**failures), is_failure=True)

    def wait(self, reason: str, seconds: float, *, is_failure: bool) -> Outcome:
        until = self.now() + timedelta(seconds=seconds)
        state.download_wait(self.download, reason, until, is_failure=is_failure)
        return Outcome.WAITS
