"""Making a batch and stopping it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.batches.advance import batch_advance
from agents.batches.changes import settings_of, snapshot_changed
from agents.batches.models import Batch, BatchItem
from agents.batches.selectors import access_batch
from agents.live.again import seen_check
from core.errors import Conflict, UserError
from core.live import publish_on_commit
from profiles.selectors import access_model
from runs.models import Run, Session
from runs.selectors import access_run
from runs.services import run_stop

MOST_RUNS = 60


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What to start again: a run's snapshot, perhaps with one setting changed, on these days.

    `days` are first and last day of each run; for minutes the same. None are the run's own.
    """

    run_id: int
    days: Sequence[tuple[date, date]] = ()
    field: str = ""  # the path of a setting, see agents.batches.changes
    value: str = ""
    key: str = ""


@transaction.atomic
def batch_create(user: User, request: BatchRequest) -> Batch:
    """Make a batch and start what there is room for; the same key makes one batch. Raises UserError and Conflict."""
    source = access_run(user, request.run_id)
    model = access_model(user, source.model_id, lock=True)
    earlier = Batch.objects.owned_by(user).filter(key=request.key).first() if request.key else None
    if earlier is not None:
        return earlier
    if model.is_archived or not model.is_active:
        raise Conflict(f"{model.name} starts no runs: it is archived or not active.", code="model_inactive")
    own = (source.date_from, source.date_to)
    days = list(dict.fromkeys(request.days)) or [own]
    if own in days:
        seen_check(source)
    if len(days) > MOST_RUNS:
        raise wrong("days", f"A batch has at most {MOST_RUNS} runs; {len(days)} days were chosen.")
    batch = Batch.objects.create(
        user_id=source.user_id,
        model=model,
        source=source,
        change=change_words(source, request),
        snapshot=snapshot_of(source, request),
        request=request_of(source),
        key=request.key or f"{timezone.now().timestamp()}",
    )
    BatchItem.objects.bulk_create(
        BatchItem(user_id=batch.user_id, batch=batch, seq=seq, date_from=first, date_to=last)
        for seq, (first, last) in enumerate(days, start=1)
    )
    batch_advance(user, batch.pk)
    return batch


def snapshot_of(source: Run, request: BatchRequest) -> dict[str, Any]:
    if not request.field:
        return dict(source.snapshot)
    return snapshot_changed(source.snapshot, request.field, request.value, source.mode)


def change_words(source: Run, request: BatchRequest) -> str:
    """ "slow 20 instead of 30"; nothing where nothing is changed."""
    if not request.field:
        return ""
    before = next((each for each in settings_of(source.snapshot) if each.path == request.field), None)
    if before is None:
        return request.field
    return f"{before.section}: {before.label} {request.value.strip()} instead of {before.value}"


def request_of(source: Run) -> dict[str, Any]:
    return {
        "symbols": list(source.symbols),
        "mode": source.mode,
        "session": source.session or Session.REGULAR,
        "budget": dict(source.budget),
    }


@transaction.atomic
def batch_stop(user: User, batch_id: int) -> Batch:
    """Start nothing more of a batch, and ask what runs to stop. Harmless to repeat."""
    batch = access_batch(user, batch_id, lock=True)
    if batch.stopped_at is None:
        batch.stopped_at = timezone.now()
        batch.save(update_fields=["stopped_at"])
    for item in batch.items.exclude(run=None).select_related("run"):
        if item.run is not None and item.run.is_active:
            run_stop(user, item.run.pk)
    publish_on_commit(f"model:{batch.model_id}")
    return batch


def wrong(field: str, message: str) -> UserError:
    return UserError(message, fields={field: message})
