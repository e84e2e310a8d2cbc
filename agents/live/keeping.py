"""Keeping what a feed answered: bars are written down, minutes become steps, and an outage is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.timeline import timeline_load
from core import clock
from market.calendar import Bounds
from market.feeds.base import FeedBar
from profiles.notifications.kinds import Kind
from runs.live.minutes import is_session_over, listen_at, minutes_ready
from runs.live.models import LiveSession, LiveStep
from runs.live.services import bars_arrive, minutes_arrived, outage_note, steps_make
from runs.live.terms import MINUTE, LiveTerms
from runs.models import Run
from runs.services.telling import tell

TOLD_AFTER = timedelta(minutes=1)  # a shorter outage is nobody's news


@dataclass(frozen=True, slots=True)
class Answer:
    """What a feed said, or why it said nothing; and how long to leave it alone where something is still to come."""

    pause: timedelta
    bars: Sequence[FeedBar] = ()
    problem: str = ""
    has_heard: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What listening came to: whether there are steps to take or an end to come to, and when to listen again."""

    has_work: bool
    wake_at: datetime


def keep(run: Run, terms: LiveTerms, session: Bounds, answer: Answer, newest: LiveStep | None) -> Heard:
    """Write down what came and make steps of it behind the newest, in the transaction of a locked run.

    That step was read before the lock: whoever holds the claim is the only one to make steps.
    """
    now, live = clock.now(), LiveSession.objects.get(run=run)
    live.run, live.asked_at = run, now
    last = newest.start if newest else None
    if run.resumed_in_vain:
        # To listen is what a live run does between its steps: a worker that did has not come in vain.
        run.resumed_in_vain = 0
        run.save(update_fields=["resumed_in_vain"])
    problem = answer.problem or live.problem
    if answer.has_heard:
        live.heard_at = now
        bars_arrive(live, terms, session, answer.bars, last, now)
        problem = silence(live, terms, session, now)
    outage_note(live, problem, now)
    outage_tell(live, now)
    terms = terms.found(live.delay_seconds)
    ready = minutes_ready(terms, session, run.symbols, minutes_arrived(run, last), last, now)
    steps_make(live, ready, newest, now)
    live.save()
    last = ready[-1] if ready else last
    is_over = is_session_over(terms, session, last, now)
    if ready or is_over:
        seal(run, is_over=is_over)
    # Steps of an earlier question may have been left behind by a worker that died.
    has_work = is_over or run.cursor < (newest.number if newest else 0) + len(ready)
    return Heard(has_work, listen_at(terms, session, last, now, pause=answer.pause))


def silence(live: LiveSession, terms: LiveTerms, session: Bounds, now: datetime) -> str:
    """Why a feed that answers is as good as none; empty while it brings bars."""
    newest = live.newest_start or session.open - MINUTE
    if newest >= session.close - MINUTE:
        return ""
    since = max(terms.due_at(newest), terms.due_at(session.open), live.joined_at)
    if (now - since).total_seconds() <= terms.outage_seconds:
        return ""
    return (
        f"The feed answers, and has brought no new bar for {(now - since).total_seconds() / 60:.0f} minutes."
    )


def outage_tell(live: LiveSession, now: datetime) -> None:
    """Tell the owner once of each outage that lasts."""
    if live.down_since is None or now - live.down_since < TOLD_AFTER:
        return
    body = f"{live.problem} Nothing is opened until it is back; closing orders pass."
    tell(
        live.run, Kind.FEED_DOWN, happened="hears nothing of its feed", body=body, key=f"feed:{live.outages}"
    )


def seal(run: Run, *, is_over: bool) -> None:
    """Write on the run what it stands on so far; once the session is over that is all there will be."""
    timeline = timeline_load(run)
    run.steps_total = len(timeline) if is_over else timeline.bars_expected // len(run.symbols)
    run.bars_present, run.bars_expected = timeline.bars_present, timeline.bars_expected
    run.data_hash = timeline.data_hash if len(timeline) else ""
    run.save(update_fields=["data_hash", "steps_total", "bars_present", "bars_expected"])
