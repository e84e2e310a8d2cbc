"""Which minutes of a live session become steps now, and when to listen again: plain functions of clock and arrivals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from market.calendar import Bounds
from runs.live.terms import MINUTE, LiveTerms

SETTLE = timedelta(seconds=1)  # after a bar is due, so that the first question already finds it
EARLIER = timedelta(
    seconds=10
)  # a feed whose bars come later than they close is asked before, should they come sooner


def minutes_ready(
    terms: LiveTerms,
    session: Bounds,
    symbols: Collection[str],
    arrived: Mapping[datetime, Collection[str]],
    after: datetime | None,
    now: datetime,
) -> list[datetime]:
    """The starts of minutes that are to become steps, oldest first.

    `arrived` says by minute which symbols have a bar, `after` which minute was the last step. A minute that lacks a
    symbol waits for it a while, and so does one behind a gap. Once the session is over, its last minute becomes a step
    whatever has come of it, so that nothing stays working; without any bar there is none.
    """
    ready: list[datetime] = []
    last = after
    for start in sorted(minute for minute in arrived if after is None or minute > after):
        is_gap = start > (session.open if last is None else last + MINUTE)
        if is_gap and now < terms.passed_at(start - MINUTE):
            return ready
        if len(arrived[start]) < len(symbols) and now < terms.waited_at(start):
            return ready
        ready.append(start)
        last = start
    closing = session.close - MINUTE
    if last is not None and last < closing and now >= terms.passed_at(closing):
        ready.append(closing)
    return ready


def is_session_over(terms: LiveTerms, session: Bounds, last: datetime | None, now: datetime) -> bool:
    """Whether no further minute will become a step; `last` is the newest that has."""
    closing = session.close - MINUTE
    return last == closing or (last is None and now >= terms.passed_at(closing))


def listen_at(
    terms: LiveTerms, session: Bounds, last: datetime | None, now: datetime, *, pause: timedelta
) -> datetime:
    """When to ask the feed next: as the next minute's bars are due, or after a pause when they are and have not come."""
    if last is None:
        return max(now + pause, session.open + MINUTE + SETTLE)
    closed_at = last + 2 * MINUTE
    due_at = max(closed_at, terms.due_at(last + MINUTE) - EARLIER) + SETTLE
    return due_at if due_at > now else now + pause
