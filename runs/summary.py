"""What pages and lists say of a run at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profiles.deciders import decider_choices
from runs.models import Run, RunState, RunStatistics

# A shorter wait is over before it is read.
LEAST_SECONDS_LEFT = 3


def decided_words(run: Run) -> str:
    """How many steps a run's named decider really answered, of those at which it was asked; empty where at none."""
    decided, asked, steps = run.decided_count, run.asked_count, run.cursor
    if not asked:
        return ""
    if asked < steps:
        return f"decided {decided:,} of {asked:,} asked"
    return (
        f"decided 100\u00a0% of {steps:,} steps"
        if decided == steps
        else f"decided {decided:,} of {steps:,} steps"
    )


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run with its figures so far. What is not known yet, or never will be, is None."""

    run: Run
    statistics: RunStatistics | None
    now: datetime

    @property
    def decider_title(self) -> str:
        """What the decider is called, or its bare name when there is none of that name any more."""
        return dict(decider_choices()).get(self.run.decider, self.run.decider)

    @property
    def state_word(self) -> str:
        """The state, or "stopping" and "pausing" while the worker has yet to hear of it."""
        if self.is_stopping:
            return "stopping"
        return "pausing" if self.is_pausing else self.run.state

    @property
    def stage(self) -> str:
        """What the buttons of its page depend on."""
        return f"{self.state_word} {'moved' if self.run.cursor else 'fresh'}"

    @property
    def is_stopping(self) -> bool:
        return self.run.state == RunState.RUNNING and self.run.stop_requested_at is not None

    @property
    def is_pausing(self) -> bool:
        return self.run.state == RunState.RUNNING and self.run.pause_requested_at is not None

    @property
    def can_pause(self) -> bool:
        return self.run.state == RunState.RUNNING and not self.is_stopping and not self.is_pausing

    @property
    def can_stop(self) -> bool:
        return self.run.is_active and not self.is_stopping

    @property
    def progress(self) -> float | None:
        """Steps done ÷ steps there are."""
        return self.run.cursor / self.run.steps_total if self.run.steps_total else None

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None when it can't be said or isn't worth saying. A live run ends when its session does."""
        run = self.run
        if run.is_live:
            return None
        if run.state != RunState.RUNNING or not run.cursor or not run.steps_total or run.started_at is None:
            return None
        per_step = (self.now - run.started_at).total_seconds() / run.cursor
        left = per_step * (run.steps_total - run.cursor)
        return left if left >= LEAST_SECONDS_LEFT else None

    @property
    def decided_share(self) -> float | None:
        """Share of the steps at which the named decider was asked that it really answered."""
        return self.run.decided_count / self.run.asked_count if self.run.asked_count else None

    @property
    def decided(self) -> str:
        """What the named decider answered, in words; 100 % of the steps only where it answered them all."""
        return decided_words(self.run)

    @property
    def gaps(self) -> str:
        """What the named decider did not decide, in words: steps without a usable answer, steps that were skipped."""
        run = self.run
        counts = {"without an answer": run.failed_count, "skipped": max(0, run.cursor - run.asked_count)}
        return ", ".join(f"{count} {words}" for words, count in counts.items() if count)

    @property
    def total_return(self) -> float | None:
        if self.run.equity is None:
            return None
        return float(self.run.equity / self.run.initial_cash) - 1

    @property
    def benchmark_return(self) -> float | None:
        return self.statistics.benchmark_return if self.statistics else None

    @property
    def max_drawdown(self) -> float | None:
        return self.statistics.max_drawdown if self.statistics else None
