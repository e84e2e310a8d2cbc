"""Reads of what stands beside runs. A run has been accessed by its user before any of these is asked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count

from agents.luck.models import LuckReport
from runs.models import ACTIVE_STATES, Run, RunStatistics
from trading.luck import (
    Conclusion,
    Counts,
    Judgement,
    RandomComparison,
    Resampled,
    Shape,
    beside_random,
    conclude,
    deflated_sharpe,
    judge_resampled,
    too_few,
)


@dataclass(frozen=True)
class Standing:
    """A run's result beside the others, and what may be said about it for as many runs as were tried by now."""

    run: Run
    report: LuckReport
    runs_tried: int

    @property
    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = self.report.values
        return found

    @cached_property
    def judgement(self) -> Judgement:
        values, tried = self.values, self.runs_tried
        per_day = values["periods_per_day"]
        if values["excess"] is None:
            return too_few(values["returns"], runs_tried=tried, periods_per_day=per_day)
        resampled = Resampled.from_json(values["excess"])
        return judge_resampled(resampled, runs_tried=tried, periods_per_day=per_day)

    @property
    def comparison(self) -> RandomComparison | None:
        random = self.values["random"]
        if random is None:
            return None
        return beside_random(random["traders"], random["beaten"], runs_tried=self.runs_tried)

    @cached_property
    def conclusion(self) -> Conclusion:
        random = self.values["random"]
        counts = None if random is None else Counts(random["traders"], random["beaten"], random["beaten_by"])
        return conclude(self.judgement, counts)


def runs_tried(model_ids: Iterable[int]) -> dict[int, int]:
    """How many runs of each Model have traded and ended. Deleting one does not unmake the try."""
    ended = Run.objects.filter(model_id__in=list(model_ids), cursor__gt=0).exclude(state__in=ACTIVE_STATES)
    return dict(ended.order_by().values_list("model_id").annotate(count=Count("id")))


def standing_of(run: Run) -> Standing | None:
    """None where nobody has worked it out yet; two queries."""
    return standings_of([run]).get(run.pk)


def standings_of(runs: Iterable[Run]) -> dict[int, Standing]:
    """Several runs by id; two queries for any number of them."""
    by_id = {run.pk: run for run in runs}
    reports = list(LuckReport.objects.filter(run__in=by_id))
    tried = runs_tried({by_id[report.run_id].model_id for report in reports}) if reports else {}
    return {
        report.run_id: Standing(
            by_id[report.run_id], report, max(1, tried.get(by_id[report.run_id].model_id, 1))
        )
        for report in reports
    }


def deflated_of(standing: Standing) -> float | None:
    """The deflated Sharpe ratio among the Model's runs; None where this one's is undefined. One query."""
    shape = standing.values["shape"]
    if shape is None:
        return None
    rows = RunStatistics.objects.filter(run__model_id=standing.run.model_id)
    figures = rows.values_list("values__sharpe", "values__periods_per_year")
    sharpes = [
        sharpe / math.sqrt(per_year) for sharpe, per_year in figures if sharpe is not None and per_year
    ]
    return deflated_sharpe(Shape(*shape), sharpes)
