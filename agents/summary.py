"""The result of a run in a few figures, each read from its stored rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from reasoning.selectors import denials_by_code
from runs.models import Run, RunStatistics
from runs.summary import decided_words


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Returns and drawdown are fractions; money is USD as text, exact; None is undefined."""

    run_id: int
    number: int
    model: str
    status: str
    failure: str | None
    decider: str
    decided_share: float | None  # of the steps at which it was asked
    decided: str
    symbols: list[str]
    date: str
    session: str
    steps: int
    steps_total: int | None
    coverage: float | None
    orders: int
    fills: int
    denials: dict[str, int]
    fees: str | None
    final_equity: str | None
    total_return: float | None
    max_drawdown: float | None
    buy_and_hold_return: float | None
    round_trips: int | None
    worker_seconds: float

    @property
    def steps_per_second(self) -> float | None:
        return self.steps / self.worker_seconds if self.worker_seconds else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"steps_per_second": self.steps_per_second}


def run_summary(run: Run) -> RunSummary:
    """Summarise an accessed run as of its last processed step."""
    result = RunStatistics.objects.filter(run=run).first()
    return RunSummary(
        run_id=run.pk,
        number=run.number,
        model=run.model.name,
        status=run.state,
        failure=f"{run.failure_code}: {run.failure_message}" if run.failure_code else None,
        decider=run.decider,
        decided_share=run.decided_count / run.asked_count if run.asked_count else None,
        decided=decided_words(run),
        symbols=run.symbols,
        date=str(run.date_from) if run.date_from == run.date_to else f"{run.date_from}..{run.date_to}",
        session=run.session,
        steps=run.cursor,
        steps_total=run.steps_total,
        coverage=run.coverage,
        orders=run.order_count,
        fills=run.fill_count,
        denials=denials_by_code(run),
        fees=f"{result.fees_paid.normalize():f}" if result else None,
        final_equity=f"{result.final_equity.normalize():f}" if result else None,
        total_return=result.total_return if result else None,
        max_drawdown=result.max_drawdown if result else None,
        buy_and_hold_return=result.benchmark_return if result else None,
        round_trips=result.round_trips if result else None,
        worker_seconds=run.worker_seconds,
    )
