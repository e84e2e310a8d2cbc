"""Progress: the cursor and the counters, moved in the transaction that writes the steps they count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.bulk import row_update
from runs.metrics import STEP_SECONDS
from runs.models import Run
from runs.services.events import event_append
from runs.services.lease import lease_end


@dataclass(frozen=True, slots=True)
class Progress:
    """What some steps added to a run."""

    steps: int
    asked: int
    decided: int
    failed: int
    orders: int
    fills: int
    denials: int
    equity: Decimal
    simulated_at: datetime
    worker_seconds: float


def progress_record(run: Run, progress: Progress) -> None:
    """Move a locked run on, renew its lease and tell its watchers; in the caller's transaction."""
    run.cursor += progress.steps
    run.asked_count += progress.asked
    run.decided_count += progress.decided
    run.failed_count += progress.failed
    run.order_count += progress.orders
    run.fill_count += progress.fills
    run.denial_count += progress.denials
    run.equity = progress.equity
    run.simulated_at = progress.simulated_at
    run.worker_seconds += progress.worker_seconds
    run.resumed_in_vain = run.paused_in_vain = 0
    run.lease_expires_at = lease_end()
    if progress.steps:
        seconds = progress.worker_seconds / progress.steps
        STEP_SECONDS.observe(seconds, count=progress.steps, decider=run.decider)
    row_update(run, PROGRESS_FIELDS)
    event_append(
        run, "advanced", {"cursor": run.cursor, "total": run.steps_total}, simulated_at=progress.simulated_at
    )


LOG_FIELDS = ["log_count", "log_head"]  # moved by `reasoning.services.entries_append`
PROGRESS_FIELDS = (
    *LOG_FIELDS,
    "cursor",
    "asked_count",
    "decided_count",
    "failed_count",
    "order_count",
    "fill_count",
    "denial_count",
    "equity",
    "simulated_at",
    "worker_seconds",
    "resumed_in_vain",
    "paused_in_vain",
    "lease_expires_at",
)
