"""A live run for people: where its bars come from, how far they lag, and what did not come as it should."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core import clock
from market.calendar import Bounds, session_bounds
from market.feeds import FEEDS
from runs.live.models import Fate, LiveBar, LiveSession
from runs.live.terms import MINUTE
from runs.models import Run


@dataclass(frozen=True, slots=True)
class LiveShown:
    """Counts are of bars. `lag_seconds`: from the newest bar's close until it was here; None before the first."""

    run: Run
    live: LiveSession
    session: Bounds | None
    missing: int  # bars of minutes that went by since the run was started, and that it has gone without

    @property
    def feed(self) -> str:
        kind = FEEDS.get(self.run.feed)
        return kind.label if kind else self.run.feed

    @property
    def lag_seconds(self) -> float | None:
        live = self.live
        if live.newest_start is None or live.newest_at is None:
            return None
        return (live.newest_at - live.newest_start - MINUTE).total_seconds()

    @property
    def opens_at(self) -> datetime | None:
        """The open that the run waits for; None once it has come."""
        is_ahead = self.session is not None and self.run.is_active and clock.now() < self.session.open
        return self.session.open if is_ahead and self.session is not None else None

    @property
    def closes_at(self) -> datetime | None:
        """When an active run will end."""
        return self.session.close if self.session is not None and self.run.is_active else None

    @property
    def problem(self) -> str:
        """Why nothing is opened just now."""
        return self.live.problem if self.run.is_active else ""


def live_shown(run: Run) -> LiveShown | None:
    """None for a run over stored bars, without a query."""
    live = LiveSession.objects.filter(run=run).first() if run.is_live else None
    if live is None:
        return None
    session = session_bounds(run.date_from, run.session)
    return LiveShown(run, live, session, missing_of(run, live, session) if session else 0)


def missing_of(run: Run, live: LiveSession, session: Bounds) -> int:
    since = max(session.open, live.joined_at.replace(second=0, microsecond=0))
    if run.simulated_at is None or run.simulated_at <= since:
        return 0
    bars = LiveBar.objects.filter(run=run, fate=Fate.TAKEN, start__gte=since, start__lt=run.simulated_at)
    return (run.simulated_at - since) // MINUTE * len(run.symbols) - bars.count()
