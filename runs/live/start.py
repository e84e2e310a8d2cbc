"""Whether a live run can still be had, and on which terms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from core import clock
from core.errors import UserError
from market.calendar import exchange_day, exchange_get, is_trading_day, session_bounds, why_closed
from market.columns import Timeframe
from market.feeds import feed_get, feed_open
from market.feeds.base import FeedError
from runs.live.models import LiveSession
from runs.live.terms import LiveTerms
from trading.settings import ExecutionSettings

if TYPE_CHECKING:
    from runs.models import Run

MOST_DAYS_AHEAD = 7


def live_terms(feed: str, user_id: int) -> LiveTerms:
    """What a feed's own delay makes of the limits. Raises UserError for one that this user can't listen to."""
    try:
        kind = feed_get(feed)
        feed_open(feed, user_id).close()
    except FeedError as error:
        raise UserError(error.message, code=error.code, fields={"feed": error.message}) from error
    if Timeframe.MINUTE not in kind.about.timeframes:
        message = f"{kind.label} has no minute bars, which a live run listens to."
        raise UserError(message, fields={"feed": message})
    return LiveTerms(feed, delay_seconds=kind.about.delay_seconds)


def live_session_check(*, mode: str, session: str, first: date, last: date, is_paced: bool) -> None:
    """Raises UserError for a session that can't happen any more, or not soon."""
    if mode != "intraday":
        raise refused(
            "mode", "A live run trades the minutes of one session; choose one day, minute by minute."
        )
    if first != last:
        raise refused("date_to", "A live run trades one session: leave the last day empty.")
    if is_paced:
        raise refused("steps_per_second", "A live run goes at the market's own pace: leave the pace empty.")
    now = clock.now()
    if first > exchange_day(now) + timedelta(days=MOST_DAYS_AHEAD):
        raise refused("date_from", f"{first} is more than {MOST_DAYS_AHEAD} days ahead.")
    bounds = session_bounds(first, session)
    if not is_trading_day(first) or bounds is None:
        raise refused("date_from", f"{first} has no session: {why_closed(first)}.")
    if bounds.close <= now:
        zone = exchange_get().zone
        closed = f"{bounds.close.astimezone(zone):%H:%M} New York time"
        raise refused(
            "date_from",
            f"The {session} session of {first} closed at {closed}, so it can't be traded live any more. "
            "Trade it on stored bars, or choose a session to come.",
        )


def quotes_check(execution: ExecutionSettings) -> None:
    """Raises UserError for conventions that mean nothing without bid and ask, which no feed brings as they happen."""
    if execution.needs_quotes:
        raise refused(
            "feed",
            "This Model's fills need bid and ask, and a live run has trades only. Choose other conventions "
            "for fills in the Model.",
        )


def live_session_open(run: Run) -> LiveSession:
    """Begin the book of a live run that was just made. What closed before it joined is history, not late."""
    return LiveSession.objects.create(user_id=run.user_id, run=run, joined_at=clock.now())


def refused(field: str, message: str) -> UserError:
    return UserError(message, fields={field: message})
