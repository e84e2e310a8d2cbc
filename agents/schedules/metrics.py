"""What schedules tell monitoring: what is due, what came late, and what never started."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from agents.schedules.models import FireState, Schedule, ScheduleFire
from core import clock
from core.metrics import gauge

DAY = timedelta(days=1)
MISSED = (FireState.SKIPPED, FireState.REFUSED)


def due() -> float:
    """Schedules whose moment has come and which nobody has fired."""
    return float(Schedule.objects.filter(next_fire_at__lte=clock.now()).count())


def fires_of_a_day() -> dict[str, float]:
    """Fires of the last 24 hours by what became of them; a late one may have been started all the same."""
    counts = ScheduleFire.objects.filter(fired_at__gt=clock.now() - DAY).aggregate(
        started=Count("pk", filter=Q(state=FireState.STARTED)),
        waiting=Count("pk", filter=Q(state=FireState.WAITING)),
        missed=Count("pk", filter=Q(state__in=MISSED)),
        late=Count("pk", filter=Q(is_late=True)),
    )
    return {name: float(count) for name, count in counts.items()}


def lateness() -> float | None:
    """Seconds from the moment at which the newest fire was due to when the clock came by; None before the first."""
    newest = ScheduleFire.objects.filter(is_by_hand=False).order_by("-fired_at", "-id").first()
    return None if newest is None else (newest.fired_at - newest.due_at).total_seconds()


gauge("schedules_due", "Schedules whose moment has come and that nobody has fired.", due)
gauge(
    "schedule_fires", "Fires of the last 24 hours, by what became of them.", fires_of_a_day, labels=("fate",)
)
gauge("schedule_lateness_seconds", "How late the newest fire was.", lateness)
