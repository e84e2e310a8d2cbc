"""The end of a run: its statistics from the stored rows, then its final state."""

from __future__ import annotations

from agents.figures import statistics_input
from broker.selectors import closed_trips, costs_of, equity_curve
from runs.models import Run, RunState
from runs.services import run_finish, statistics_record
from trading.statistics import Statistics, compute


def run_complete(run: Run, state: RunState, seconds: float = 0) -> None:
    """Compute and store the statistics of a locked run and end it, in the caller's transaction.

    `seconds` is the work that no commit has counted yet.
    """
    run.worker_seconds += seconds
    run.save(update_fields=["worker_seconds"])
    statistics_refresh(run)
    run_finish(run, state)


def statistics_refresh(run: Run) -> Statistics | None:
    """Store statistics as of the last processed step; None for a run that has no step yet."""
    curve = equity_curve(run)
    if not len(curve):
        return None
    costs = costs_of(run)
    statistics = compute(statistics_input(run, curve, costs, closed_trips(run)))
    statistics_record(run, statistics, final_equity=curve.point(-1).equity, fees_paid=costs.fees)
    return statistics
