"""A decider that is asked at the first bar of each week or month only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from agents.deciders import Observation
from agents.timeline import Timeline
from market.calendar import exchange_day
from runs.cadence import Cadence
from runs.models import Run
from trading.types import Decision

Ask = Callable[[Observation], Decision]
NOT_ASKED = {
    Cadence.WEEK: Decision(reasoning="Not asked: decides at the first bar of a week.", was_asked=False),
    Cadence.MONTH: Decision(reasoning="Not asked: decides at the first bar of a month.", was_asked=False),
}


@dataclass(frozen=True, slots=True)
class Paced:
    """Stands before a decider. Which steps are due follows from the days that have passed, never from those to come."""

    ask: Ask
    due: frozenset[int]
    otherwise: Decision

    def decide(self, seen: Observation) -> Decision:
        return self.ask(seen) if seen.step in self.due else self.otherwise


def paced(run: Run, timeline: Timeline, ask: Ask) -> Ask:
    """The same way of asking, at the cadence of the run's snapshot."""
    cadence = Cadence(run.snapshot.get("cadence", Cadence.DAY))
    if cadence is Cadence.DAY:
        return ask
    starts = [datetime.fromtimestamp(start, UTC) for start in timeline.starts.tolist()]
    return Paced(ask, frozenset(steps_due(starts, cadence)), NOT_ASKED[cadence]).decide


def steps_due(starts: Sequence[datetime], cadence: Cadence) -> list[int]:
    """The first step, and every step whose week or month is not that of the step before; counted from 1."""
    periods = [period_of(exchange_day(start), cadence) for start in starts]
    begun = [step for step, (before, now) in enumerate(pairwise(periods), start=2) if before != now]
    return [1, *begun] if periods else []


def period_of(day: date, cadence: Cadence) -> tuple[int, int]:
    """Year and week, or year and month; a week begins on Monday and belongs to the year of its Thursday."""
    return day.isocalendar()[:2] if cadence is Cadence.WEEK else (day.year, day.month)
