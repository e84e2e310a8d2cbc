"""The newest result of each Model, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User

from broker.equity import EquityCurve
from broker.models import EquitySegment
from core.lines import LineChart, line_chart
from profiles.selectors import models_list
from runs.models import Run, RunState
from runs.selectors import newest_runs, runs_of_each
from runs.summary import RunSummary
from trading.portfolio import Curve, combine, correlation

MOST_MODELS = 12
ENDED = (RunState.COMPLETED, RunState.STOPPED)


class Part(NamedTuple):
    """One Model's newest ended run as a part of the whole; share and contribution are fractions."""

    summary: RunSummary
    equity: Decimal
    share: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Parts with the largest first; `correlations[i][j]` belongs to parts i and j, None where undefined."""

    parts: list[Part]
    initial: Decimal
    equity: Decimal
    max_drawdown: float | None
    chart: LineChart | None
    drawdown: LineChart | None
    correlations: list[list[float | None]]

    @property
    def rows(self) -> list[tuple[Part, list[float | None]]]:
        """The table of correlations, a row a part."""
        return list(zip(self.parts, self.correlations, strict=True))

    @property
    def total_return(self) -> float | None:
        return float(self.equity / self.initial) - 1 if self.initial else None


def portfolio_of(user: User) -> Portfolio:
    """As many queries for any number of Models and runs."""
    summaries = newest_ended(user)
    curves = curves_of([summary.run for summary in summaries])
    whole = combine(curves)
    initial = sum((summary.run.initial_cash for summary in summaries), Decimal(0))
    parts = [part_of(summary, summaries, initial) for summary in summaries]
    return Portfolio(
        parts=parts,
        initial=initial,
        equity=sum((part.equity for part in parts), Decimal(0)),
        max_drawdown=float(whole.drawdown.max()) if len(whole.at) else None,
        chart=line_chart([("equity", whole.equity)]),
        drawdown=line_chart([("drawdown", -whole.drawdown)]),
        correlations=[
            [None if one is other else correlation(one, other) for other in curves] for one in curves
        ],
    )


def newest_ended(user: User) -> list[RunSummary]:
    """The newest ended run of each Model in use that has taken a step, the largest account first."""
    ended = runs_of_each(user).filter(state__in=ENDED, cursor__gt=0, equity__isnull=False)
    newest = newest_runs(user, models_list(user), ended)
    return sorted(newest, key=lambda summary: (-equity_now(summary.run), summary.run.pk))[:MOST_MODELS]


def equity_now(run: Run) -> Decimal:
    return run.equity if run.equity is not None else run.initial_cash


def part_of(summary: RunSummary, summaries: Sequence[RunSummary], initial: Decimal) -> Part:
    equity = equity_now(summary.run)
    whole = sum((equity_now(other.run) for other in summaries), Decimal(0))
    gain = equity - summary.run.initial_cash
    return Part(summary, equity, float(equity / whole), float(gain / initial))


def curves_of(runs: Sequence[Run]) -> list[Curve]:
    """The equity curves of runs, in one query."""
    segments: dict[int, list[EquitySegment]] = {}
    for segment in EquitySegment.objects.filter(run__in=runs).order_by("run", "first_step"):
        segments.setdefault(segment.run_id, []).append(segment)
    joined = [EquityCurve.join(segments.get(run.pk, []), run.initial_cash) for run in runs]
    return [
        Curve(curve.at, curve.dollars, float(run.initial_cash))
        for run, curve in zip(runs, joined, strict=True)
    ]
