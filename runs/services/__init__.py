"""Every write to runs: starting and ending them, the lease of whoever advances them, their progress and events."""

from runs.services.events import event_append
from runs.services.label import run_label
from runs.services.lease import (
    Claim,
    LeaseLost,
    LeaseSign,
    lease_beat,
    lease_release,
    lease_take,
    leases_beat,
    run_lock_again,
    run_lock_claimed,
)
from runs.services.lifecycle import run_delete, run_finish, run_stop
from runs.services.pause import run_budget_set, run_pause, run_pause_ask, run_pause_asked, run_resume
from runs.services.progress import progress_record
from runs.services.start import run_start
from runs.services.statistics import statistics_record

__all__ = [
    "Claim",
    "LeaseLost",
    "LeaseSign",
    "event_append",
    "lease_beat",
    "lease_release",
    "lease_take",
    "leases_beat",
    "progress_record",
    "run_budget_set",
    "run_delete",
    "run_finish",
    "run_label",
    "run_lock_again",
    "run_lock_claimed",
    "run_pause",
    "run_pause_ask",
    "run_pause_asked",
    "run_resume",
    "run_start",
    "run_stop",
    "statistics_record",
]
