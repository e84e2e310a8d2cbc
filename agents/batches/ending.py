"""The end of a batch: noted once, and told in one word about all of its runs."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agents.batches.models import Batch
from agents.batches.selectors import BatchNow, BatchRow, batch_now
from core.templatetags.numbers import day
from profiles.notifications.kinds import Kind
from profiles.notifications.services import notify
from runs.models import ACTIVE_STATES
from runs.services.telling import why_failed

MOST_NAMED = 5
BAD = ("failed", "refused")


def told_with(batch: Batch) -> str:
    """Under which name the runs of a batch are told of together; a single one speaks for itself."""
    return f"batch:{batch.pk}" if batch.items.count() > 1 else ""


def batch_end(user: User, batch: Batch) -> None:
    """Note that the last run of a locked batch has ended, if so, and tell its owner; who stopped one knows."""
    if batch.stopped_at is not None or batch.ended_at is not None:
        return
    if batch.items.filter(Q(run=None, problem="") | Q(run__state__in=ACTIVE_STATES)).exists():
        return
    batch.ended_at = timezone.now()
    batch.save(update_fields=["ended_at"])
    if name := told_with(batch):
        end_tell(batch_now(user, batch), key=f"{name}:ended")


def end_tell(now: BatchNow, *, key: str) -> None:
    counts = Counter(row.state for row in now.rows)
    bad = sum(counts[state] for state in BAD)
    happened = f"has ended: {bad} of {now.total} failed" if bad else "is complete"
    notify(
        now.batch.user_id,
        Kind.RUN_FAILED if bad else Kind.RUN_FINISHED,
        subject=f"Batch of {now.total} runs of {now.batch.model} {happened}",
        body="\n".join([counts_words(counts), *result_words(now), *troubles(now)]),
        url=reverse("agents:batch", args=[now.batch.pk]),
        key=key,
    )


def counts_words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.most_common()) + "."


def result_words(now: BatchNow) -> list[str]:
    if now.mean_return is None:
        return []
    sign = "−" if round(now.mean_return, 4) < 0 else "+"
    ahead = f"{now.ahead} of {len(now.completed)} ahead of buy and hold"
    return [f"Mean return {sign}{abs(now.mean_return) * 100:.2f} %, {ahead}."]


def troubles(now: BatchNow) -> list[str]:
    """The first that failed, each with its reason."""
    bad = [row for row in now.rows if row.state in BAD]
    more = [f"And {len(bad) - MOST_NAMED} more."] if len(bad) > MOST_NAMED else []
    return [trouble(row) for row in bad[:MOST_NAMED]] + more


def trouble(row: BatchRow) -> str:
    if row.summary is None:
        return f"{day(row.item.date_from)}: {row.item.problem}"
    return f"{day(row.item.date_from)}, run {row.summary.run.number}: {why_failed(row.summary.run)}"
