"""Run events: what happened, in order, and the poke that tells pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from psycopg.types.json import Jsonb

from core.live import publish_on_commit
from core.together import write
from runs.models import Run

# In one statement, as every step of every run appends one.
APPEND = (
    "INSERT INTO runs_runevent (user_id, run_id, seq, kind, payload, simulated_at, at)"
    " SELECT %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s, %s FROM runs_runevent WHERE run_id = %s"
)


def event_append(
    run: Run, kind: str, payload: dict[str, Any] | None = None, *, simulated_at: datetime | None = None
) -> None:
    """Append an event in the current transaction and poke whoever watches once it commits.

    The caller holds the run's row lock, so two events never want the same number.
    """
    values = [run.user_id, run.pk, kind, Jsonb(payload or {}), simulated_at, timezone.now(), run.pk]
    write(APPEND, values)
    publish_on_commit(f"run:{run.pk}", f"model:{run.model_id}")
