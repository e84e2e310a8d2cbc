"""The equity of runs that are compared, in one chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from broker.charts import place
from broker.equity import EquityCurve, Floats, Ints
from broker.models import EquitySegment
from core.panels import Panel
from core.requests import UserRequest
from runs.compare.selection import Comparison
from runs.models import Run

MOST_POINTS = 1000  # of one path
ROWS = 13  # of the table below
Json = dict[str, Any]


@dataclass(frozen=True)
class Overlay:
    """Curves of several runs on common axes: dollars where all began with the same, else growth; moments where all
    went through the same, else steps. `benchmark` is buy-and-hold where it is one for all of them."""

    comparison: Comparison
    curves: list[EquityCurve]

    @property
    def is_dollars(self) -> bool:
        return self.comparison.has_one_capital

    @property
    def is_timed(self) -> bool:
        return self.comparison.has_one_timeline

    @property
    def benchmark(self) -> EquityCurve | None:
        first = next((curve for curve in self.curves if curve.benchmark is not None), None)
        known = {curve.benchmark.tobytes() for curve in self.curves if curve.benchmark is not None}
        return first if self.is_timed and self.is_dollars and len(known) == 1 else None

    def chart(self) -> Json:
        """In the shape that static/js/charts.js draws."""
        members = zip(self.comparison.members, self.curves, strict=True)
        lines = [
            {"key": member.key, "points": self.points(member.run, curve, self.values(curve))}
            for member, curve in members
            if len(curve)
        ]
        beside = self.benchmark
        if beside is not None and beside.benchmark_dollars is not None:
            lines.insert(
                0,
                {"key": 0, "points": self.points(self.comparison.runs[0], beside, beside.benchmark_dollars)},
            )
        unit = "USD" if self.is_dollars else "fraction"
        return {"lines": lines, "unit": unit, "axis": "time" if self.is_timed else "step"}

    def values(self, curve: EquityCurve) -> Floats:
        return curve.dollars if self.is_dollars else curve.equity / curve.peak_before - 1

    def points(self, run: Run, curve: EquityCurve, values: Floats) -> list[list[float]]:
        rows = spread(len(curve), MOST_POINTS)
        at = (
            [place(run, moment) for moment in curve.at[rows].tolist()]
            if self.is_timed
            else (rows + 1).tolist()
        )
        decimals = 2 if self.is_dollars else 6
        return [list(point) for point in zip(at, values[rows].round(decimals).tolist(), strict=True)]

    def table(self) -> list[tuple[int, list[float | None]]]:
        """Some evenly spread steps with the value of each run; None where it did not go so far."""
        longest = max(map(len, self.curves))
        values = [self.values(curve) for curve in self.curves]
        return [
            (int(row) + 1, [float(each[row]) if row < len(each) else None for each in values])
            for row in spread(longest, ROWS)
        ]


def spread(count: int, most: int) -> Ints:
    """Evenly chosen positions, first and last among them."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, most)).round().astype(np.int64))


def overlay_of(comparison: Comparison) -> Overlay:
    """One query for all curves."""
    found: dict[int, list[EquitySegment]] = {run.pk: [] for run in comparison.runs}
    for segment in segments(comparison.runs):
        found[segment.run_id].append(segment)
    curves = [EquityCurve.join(found[run.pk], run.initial_cash) for run in comparison.runs]
    return Overlay(comparison, curves)


def segments(runs: Iterable[Run]) -> Iterable[EquitySegment]:
    return EquitySegment.objects.filter(run__in=runs).order_by("run", "first_step")


def equity(request: UserRequest, comparison: Comparison) -> Json:
    overlay = overlay_of(comparison)
    has_points = any(map(len, overlay.curves))
    return {
        "overlay": overlay,
        "chart": overlay.chart() if has_points else None,
        "rows": overlay.table() if has_points else [],
    }


PANEL = Panel("compare", "equity", "Equity", 10, "broker/_compare_equity.html", equity)
