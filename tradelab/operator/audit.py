"""Verifying the logs of a random sample of all users' runs, one by one, so that progress is seen and nothing is done twice."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from core.rls import acting_as
from reasoning.export import log_verify
from runs.models import Run
from tradelab.operator.models import AuditSample


def sample_go_on(sample_id: int) -> bool:
    """Verify the next run of a sample; return whether there is more to do. Whoever comes second stops."""
    sample = AuditSample.objects.filter(ended_at=None).filter(pk=sample_id).first()
    if sample is None:
        return False
    place = sample.done
    if place >= sample.total:
        return move(sample, place, ended_at=timezone.now())
    user_id, run_id = sample.runs[place]
    found, problem = run_verify(user_id, run_id)
    broken = [*sample.broken, {"run": run_id, "problem": problem}] if problem else sample.broken
    is_last = place + 1 == sample.total
    moved = move(
        sample,
        place,
        done=place + 1,
        records=sample.records + found,
        broken=broken,
        ended_at=timezone.now() if is_last else None,
    )
    return moved and not is_last


def move(sample: AuditSample, place: int, **values: object) -> bool:
    """Store how far a sample has come, unless somebody else did before."""
    rows = AuditSample.objects.filter(done=place, ended_at=None).filter(pk=sample.pk)
    return rows.update(moved_at=timezone.now(), **values) > 0


def run_verify(user_id: int, run_id: int) -> tuple[int, str]:
    """How many records of a run are in order, and what is wrong with the next; empty: nothing."""
    with acting_as(user_id):
        run = Run.objects.owned_by(User(pk=user_id)).filter(pk=run_id).first()
        if run is None:
            return 0, ""  # it was removed since the sample was drawn
        found = log_verify(run)
    return found.count, found.problem


def samples_latest() -> list[AuditSample]:
    return list(AuditSample.objects.select_related("asked_by")[:5])
