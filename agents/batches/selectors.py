"""Reads of batches; every one starts from the user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User

from agents.batches.models import Batch, BatchItem
from runs.compare.selection import MOST
from runs.models import Run, RunState
from runs.selectors import run_summaries, runs_of_user
from runs.summary import RunSummary


def access_batch(user: User | AnonymousUser, batch_id: int, *, lock: bool = False) -> Batch:
    """Return the user's batch, locked if asked. Raises Forbidden for absent and foreign alike."""
    return Batch.objects.select_related("model", "source").access(user, pk=batch_id, lock=lock)


MOST_SHOWN = 3


@dataclass(frozen=True)
class BatchRow:
    """One run of a batch, with its figures once it is started."""

    item: BatchItem
    summary: RunSummary | None

    @property
    def state(self) -> str:
        if self.summary is not None:
            return self.summary.state_word
        return "refused" if self.item.problem else "waiting"

    @property
    def is_over(self) -> bool:
        if self.summary is not None:
            return not self.summary.run.is_active
        return bool(self.item.problem)


@dataclass(frozen=True)
class BatchNow:
    """A batch as far as it is."""

    batch: Batch
    rows: list[BatchRow]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def done(self) -> int:
        return sum(row.is_over for row in self.rows)

    @property
    def waiting(self) -> int:
        return sum(row.state == "waiting" for row in self.rows)

    @property
    def is_moving(self) -> bool:
        """Whether anything may still happen."""
        if self.batch.stopped_at is not None:
            return any(row.summary is not None and not row.is_over for row in self.rows)
        return self.done < self.total

    @cached_property
    def completed(self) -> list[RunSummary]:
        return [
            row.summary
            for row in self.rows
            if row.summary is not None and row.summary.run.state == RunState.COMPLETED
        ]

    @property
    def comparable(self) -> list[Run]:
        """The run that was repeated and the first of those that completed, as many as a comparison takes."""
        source = (
            [self.batch.source] if self.batch.source is not None and not self.batch.source.deleted_at else []
        )
        return [*source, *(summary.run for summary in self.completed)][:MOST]

    @property
    def compare_query(self) -> str:
        return ",".join(str(run.pk) for run in self.comparable)

    @property
    def mean_return(self) -> float | None:
        returns = [summary.total_return for summary in self.completed if summary.total_return is not None]
        return sum(returns) / len(returns) if returns else None

    @property
    def ahead(self) -> int:
        """Completed runs that did better than buy-and-hold."""
        return sum(
            summary.total_return is not None
            and summary.benchmark_return is not None
            and summary.total_return > summary.benchmark_return
            for summary in self.completed
        )


def batch_now(user: User | AnonymousUser, batch: Batch) -> BatchNow:
    """Two queries for any number of runs."""
    items = list(batch.items.order_by("seq"))
    ids = [item.run_id for item in items if item.run_id]
    found = {
        run.pk: run for run in runs_of_user(user).filter(pk__in=ids).defer("snapshot", "statistics__values")
    }
    summaries = {summary.run.pk: summary for summary in run_summaries(found.values())}
    return BatchNow(batch, [BatchRow(item, summaries.get(item.run_id or 0)) for item in items])


def batches_of_model(user: User | AnonymousUser, model_id: int) -> list[BatchNow]:
    """A Model's newest batches, a few queries each."""
    newest = Batch.objects.owned_by(user).filter(model_id=model_id).select_related("source").defer("snapshot")
    return [batch_now(user, batch) for batch in newest[:MOST_SHOWN]]
