"""Run events: what happened, in order, and the poke that tells pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from core.live import publish_on_commit
from runs.models import Run, RunEvent


def event_append(
    run: Run, kind: str, payload: dict[str, Any] | None = None, *, simulated_at: datetime | None = None
) -> RunEvent:
    """Append an event in the current transaction and poke whoever watches once it commits.

    The caller holds the run's row lock, so two events never want the same number.
    """
    last = RunEvent.objects.filter(run=run).aggregate(last=Max("seq"))["last"] or 0
    event = RunEvent.objects.create(
        user_id=run.user_id,
        run=run,
        seq=last + 1,
        kind=kind,
        payload=payload or {},
        simulated_at=simulated_at,
    )
    publish_on_commit(f"run:{run.pk}")
    publish_on_commit(f"model:{run.model_id}")
    return event
