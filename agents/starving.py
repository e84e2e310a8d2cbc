"""What is said as a run starts: rules that wait for more bars than it will have, so that it can open nothing."""

from __future__ import annotations

from agents.timeline import bounds_of
from market.calendar import trading_days
from rules.limits import effective_limits
from rules.lint import starved_by
from runs.models import Mode, Run

MINUTE_SECONDS = 60


def starving_words(run: Run) -> list[str]:
    """A sentence for each rule in force under which nothing of what it looks at can be opened."""
    bars = bars_to_come(run)
    kind = "daily bars" if run.mode == Mode.DAILY else f"minutes of its {run.session} session"
    return [
        f"The rule “{name}” lets nothing be opened before {wanted} bars of a symbol have closed, and this run has the "
        f"{bars} {kind}: it can open nothing of what the rule looks at."
        for name, wanted in starved_by(effective_limits(run.snapshot).rules, bars)
    ]


def bars_to_come(run: Run) -> int:
    """The most that a symbol can have."""
    if run.mode == Mode.DAILY:
        return len(trading_days(run.date_from, run.date_to))
    opens, closes = bounds_of(run.date_from, run.session)
    return int((closes - opens).total_seconds()) // MINUTE_SECONDS
