"""Starting the runs of a batch, as many as their Model has room for."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from agents.batches.ending import batch_end, told_with
from agents.batches.models import Batch, BatchItem
from agents.batches.selectors import access_batch
from agents.services import session_start
from core.errors import Conflict, Forbidden, UserError
from core.live import publish_on_commit
from runs.live.selectors import walks_over_seen
from runs.services.start import RunRequest


@transaction.atomic
def batch_advance(user: User, batch_id: int) -> int:
    """Start runs in their order until the Model has as many as it may; return how many. Safe to call at any time."""
    batch = access_batch(user, batch_id, lock=True)
    started = 0
    for item in batch.items.filter(run=None, problem="").order_by("seq"):
        if batch.stopped_at is not None:
            break
        try:
            with transaction.atomic():
                item.run, _ = session_start(user, run_request(batch, item))
        except Conflict as full:
            if full.code == "too_many_runs":
                break
            item.problem = full.message
        except Forbidden:
            raise
        except UserError as refusal:
            item.problem = refusal.message
        item.save(update_fields=["run", "problem"])
        started += item.run is not None
    batch_end(user, batch)
    publish_on_commit(f"model:{batch.model_id}")
    return started


def run_request(batch: Batch, item: BatchItem) -> RunRequest:
    asked, decider, source = batch.request, batch.snapshot["decider"], batch.source
    return RunRequest(
        model_id=batch.model_id,
        symbols=asked["symbols"],
        date_from=item.date_from,
        date_to=item.date_to,
        decider=decider["name"],
        session=asked["session"],
        mode=asked["mode"],
        decider_params=decider["params"],
        budget=asked["budget"],
        idempotency_key=f"batch-{batch.pk}-{item.seq}",
        replay_of=source,
        is_as_seen=source is not None and walks_over_seen(source) and item.date_from == source.date_from,
        snapshot=batch.snapshot,
        told_with=told_with(batch),
    )
