"""What runs tell monitoring: how many there are, how fast they step, and whether anybody holds those under way."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone

from core.metrics import counter, gauge, histogram
from runs.models import ACTIVE_STATES, Run, RunState

# Baselines take microseconds, language models seconds.
STEP_BUCKETS = (0.00005, 0.0002, 0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

STEP_SECONDS = histogram(
    "step_seconds",
    "What a step of a run takes its worker, by decider.",
    labels=("decider",),
    buckets=STEP_BUCKETS,
)
RUNS_ENDED = counter("runs_ended", "Runs that ended, by how.", labels=("state",))


def active_runs() -> dict[str, float]:
    found = Run.objects.filter(state__in=ACTIVE_STATES, deleted_at=None)
    counts = dict(found.order_by().values_list("state").annotate(count=Count("pk")))
    return {state.value: float(counts.get(state, 0)) for state in ACTIVE_STATES}


def lease_age() -> float:
    """Seconds since the quietest worker's last sign of life; 0 while nobody works."""
    held = Run.objects.filter(state=RunState.RUNNING, deleted_at=None, lease_expires_at__isnull=False)
    first = held.aggregate(first=Min("lease_expires_at"))["first"]
    return 0.0 if first is None else (timezone.now() - first).total_seconds() + settings.RUN_LEASE_SECONDS


def queued_age() -> float:
    """Seconds that the run which waits longest for its first step has waited; 0 while none does."""
    first = Run.objects.filter(state=RunState.QUEUED, deleted_at=None).aggregate(first=Min("created_at"))[
        "first"
    ]
    return 0.0 if first is None else (timezone.now() - first).total_seconds()


gauge("runs_active", "Runs that have not ended, by state.", active_runs, labels=("state",))
gauge("lease_age_seconds", "Since the last sign of life of the quietest worker that holds a run.", lease_age)
gauge("queued_age_seconds", "How long the run that waits longest for a worker has waited.", queued_age)
