"""Listening to the feed of a live run: what has arrived is written down, then minutes become steps, then somebody acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F

from agents.live.beating import lease_kept
from agents.live.keeping import Answer, Heard, keep, seal
from agents.llm.types import Paused, StopAsked
from agents.timeline import bounds_of
from core import clock
from core.rls import acting_as
from market.calendar import Bounds
from market.feeds import feed_open
from market.feeds.base import Feed, FeedDown, FeedLimited, FeedRefused
from runs.live.minutes import SETTLE, is_session_over
from runs.live.models import LiveStep
from runs.live.services import last_step
from runs.live.terms import MINUTE, LiveTerms
from runs.models import Run
from runs.services import Claim, lease_release, run_lock_claimed
from runs.services.pause import PAUSED_BY_OWNER

LOOK_BACK = timedelta(minutes=15)  # how far corrections are looked for
PAUSE, LONG_PAUSE = timedelta(seconds=5), timedelta(seconds=15)
SHARE_OF_RATE = 0.5  # of the vendor's rate that one run takes at most
SHORT_TURN_SECONDS = 30.0
PATIENCE_SECONDS = 5.0  # a worker doesn't wait longer for its turn at the vendor


class FeedClosed(Paused):
    """The feed won't answer this user at all, and asking again is no use."""

    code = "feed_refused"


class AskedToPause(Paused):
    code = PAUSED_BY_OWNER


@dataclass(frozen=True, slots=True)
class Ear:
    """One question to a feed, laid out while the run is locked and asked while it is not."""

    feed: Feed
    symbols: Sequence[str]
    since: datetime

    def ask(self) -> Answer:
        """Raises FeedClosed."""
        try:
            return Answer(self.pause(PAUSE), self.feed.latest(self.symbols, self.since))
        except FeedLimited as error:
            # To wait one's turn is no outage, unless the turn is far away.
            problem = error.message if error.retry_after > SHORT_TURN_SECONDS else ""
            return Answer(timedelta(seconds=error.retry_after), problem=problem, has_heard=False)
        except FeedRefused as error:
            raise FeedClosed(error.message) from error
        except FeedDown as error:
            return Answer(self.pause(LONG_PAUSE), problem=error.message, has_heard=False)
        finally:
            self.feed.close()

    def pause(self, wanted: timedelta) -> timedelta:
        """Between two questions: short, but within the vendor's rate."""
        rate = self.feed.setup.requests_per_minute or self.feed.about.requests_per_minute
        least = timedelta(seconds=60 * len(self.symbols) / (rate * SHARE_OF_RATE)) if rate else wanted
        return max(wanted, least)


def listen(user: User, claim: Claim) -> Heard:
    """Ask the feed what is new, if it is time to, and keep it. Raises LeaseLost, Paused and StopAsked."""
    with acting_as(user.pk):
        run = lock(user, claim)
        terms, session = LiveTerms.of(run.snapshot), bounds_of(run.date_from, run.session)
        newest, now = last_step(run), clock.now()
        last = newest.start if newest else None
        if is_session_over(terms, session, last, now):
            seal(run, is_over=True)
            return Heard(has_work=True, wake_at=now)
        first_at = session.open + MINUTE + SETTLE
        if now < first_at:
            return Heard(has_work=False, wake_at=first_at)
        ear = ear_of(run, session, last)
    with lease_kept(user, claim):
        answer = ear.ask()
    with acting_as(user.pk):
        return keep(lock(user, claim), terms, session, answer, newest)


def lock(user: User, claim: Claim) -> Run:
    run = run_lock_claimed(user, claim)
    if run.stop_requested_at is not None:
        raise StopAsked
    if run.pause_requested_at is not None:
        raise AskedToPause("You paused this run.")
    return run


def ear_of(run: Run, session: Bounds, last: datetime | None) -> Ear:
    """Raises FeedClosed without a key, or where the feed is not offered any more."""
    try:
        feed = feed_open(run.feed, run.user_id, patience_seconds=PATIENCE_SECONDS, now=clock.now)
    except FeedRefused as error:
        raise FeedClosed(error.message) from error
    since = session.open if last is None else max(session.open, last - LOOK_BACK)
    return Ear(feed, tuple(run.symbols), since)


def live_release(user: User, claim: Claim, wake_at: datetime) -> bool:
    """Give the lease of a live run back until it is to listen again; return whether steps are left to be taken now."""
    steps = LiveStep.objects.owned_by(user).filter(run_id=claim.run_id, number__gt=F("run__cursor"))
    has_steps_left = steps.exists()
    lease_release(user, claim, wake_at=None if has_steps_left else wake_at)
    return has_steps_left
