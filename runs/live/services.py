"""Every write of what a live run sees; the caller holds the run's row lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from market.calendar import Bounds
from market.feeds.base import FeedBar
from runs.live.models import Fate, LiveBar, LiveSession, LiveStep
from runs.live.terms import MINUTE, LiveTerms
from runs.models import Run
from runs.services.events import event_append
from trading.money import check_bar
from trading.types import Bar

Key = tuple[str, datetime]
Figures = tuple[float, float, float, float, int]
FIRST = (Fate.TAKEN, Fate.PASSED)
COUNTED = {Fate.PASSED: "passed", Fate.CORRECTED: "corrected", Fate.REFUSED: "refused"}


def bars_arrive(
    live: LiveSession,
    terms: LiveTerms,
    session: Bounds,
    bars: Iterable[FeedBar],
    after: datetime | None,
    now: datetime,
) -> list[LiveBar]:
    """Write down what is new among the bars that a feed told, each with what becomes of it, and return it.

    `after` is the minute that was the last step.

    A bar that came before is not written again; with other figures it is a correction, and what was taken stays.
    A bar that has not closed yet, or lies outside the session, is none of this run's.
    """
    run = live.run
    inside = [bar for bar in bars if session.open <= bar.start < session.close and bar.start + MINUTE <= now]
    if not inside:
        return []
    taken, newest = versions_known(run, since=min(bar.start for bar in inside))
    found = []
    for bar in inside:
        key, figures = (bar.symbol, bar.start), figures_of(bar)
        if newest.get(key) == figures:
            continue
        newest[key] = figures
        fate = fate_of(bar, is_taken=key in taken, is_over=after is not None and bar.start <= after)
        if fate == Fate.TAKEN:
            taken.add(key)
        found.append(arrived(run, bar, figures, fate, now))
    LiveBar.objects.bulk_create(found)
    measure(live, found, now)
    count(live, terms.found(live.delay_seconds), found, now)
    return found


def fate_of(bar: FeedBar, *, is_taken: bool, is_over: bool) -> Fate:
    try:
        check_bar(bar.symbol, Bar(bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume))
    except ValueError:
        return Fate.REFUSED
    if is_taken:
        return Fate.CORRECTED
    return Fate.PASSED if is_over else Fate.TAKEN


def figures_of(bar: FeedBar) -> Figures:
    return float(bar.open), float(bar.high), float(bar.low), float(bar.close), int(bar.volume)


def arrived(run: Run, bar: FeedBar, figures: Figures, fate: Fate, now: datetime) -> LiveBar:
    open_, high, low, close, volume = figures
    return LiveBar(
        user_id=run.user_id,
        run=run,
        symbol=bar.symbol,
        start=bar.start,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
        arrived_at=now,
        fate=fate,
    )


def versions_known(run: Run, *, since: datetime) -> tuple[set[Key], dict[Key, Figures]]:
    """Which bars were taken, and the figures of each bar as it came last."""
    taken: set[Key] = set()
    newest: dict[Key, Figures] = {}
    rows = LiveBar.objects.filter(run=run, start__gte=since).order_by("id")
    for symbol, start, fate, *figures in rows.values_list(
        "symbol", "start", "fate", "open", "high", "low", "close", "volume"
    ):
        open_, high, low, close, volume = figures
        newest[symbol, start] = (open_, high, low, close, int(volume))
        if fate == Fate.TAKEN:
            taken.add((symbol, start))
    return taken, newest


def measure(live: LiveSession, found: Sequence[LiveBar], now: datetime) -> None:
    """Learn from bars that came for the first time how soon bars come."""
    delays = [(now - bar.start - MINUTE).total_seconds() for bar in found if bar.fate in FIRST]
    if live.delay_seconds is not None:
        delays.append(live.delay_seconds)
    live.delay_seconds = min(delays, default=None)


def count(live: LiveSession, terms: LiveTerms, found: Sequence[LiveBar], now: datetime) -> None:
    for bar in found:
        if bar.fate in COUNTED:
            setattr(live, COUNTED[Fate(bar.fate)], getattr(live, COUNTED[Fate(bar.fate)]) + 1)
        if bar.fate in FIRST and terms.due_at(bar.start) >= live.joined_at and now > terms.late_at(bar.start):
            live.late += 1
        if live.newest_start is None or bar.start > live.newest_start:
            live.newest_start, live.newest_at = bar.start, now


def steps_make(live: LiveSession, starts: Sequence[datetime], last: LiveStep | None, now: datetime) -> None:
    """Make steps of these minutes behind the last one, in order, with the bars that have been taken for them."""
    if not starts:
        return
    first = last.number + 1 if last else 1
    LiveStep.objects.bulk_create(
        LiveStep(
            user_id=live.run.user_id,
            run=live.run,
            number=number,
            start=start,
            made_at=now,
            problem=live.problem,
        )
        for number, start in enumerate(starts, start=first)
    )


def outage_note(live: LiveSession, problem: str, now: datetime) -> None:
    """Say what keeps the feed from being trusted, or that nothing does any more."""
    was_down = live.down_since is not None
    live.problem = problem
    if bool(problem) == was_down:
        return
    live.down_since = now if problem else None
    live.outages += bool(problem)
    event_append(live.run, "feed_down" if problem else "feed_back", {"problem": problem} if problem else {})


def last_step(run: Run) -> LiveStep | None:
    return LiveStep.objects.filter(run=run).order_by("-number").first()


def minutes_arrived(run: Run, after: datetime | None) -> dict[datetime, set[str]]:
    """The symbols that have a bar in each minute behind the last step."""
    rows = LiveBar.objects.filter(run=run, fate=Fate.TAKEN).order_by()
    if after is not None:
        rows = rows.filter(start__gt=after)
    found: dict[datetime, set[str]] = defaultdict(set)
    for start, symbol in rows.values_list("start", "symbol"):
        found[start].add(symbol)
    return dict(found)
