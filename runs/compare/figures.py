"""Statistics side by side, the better one marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.compare.better import best_of
from runs.compare.selection import Comparison
from runs.models import RunStatistics
from runs.statistics_rows import written
from trading.statistics import SECTIONS, Definition
from trading.statistics.section import definitions_of

# What is compared at first sight; the rest opens below.
FIRST = (
    "final_equity",
    "total_return",
    "benchmark_return",
    "excess_return",
    "max_drawdown",
    "sharpe",
    "sortino",
    "annual_volatility",
    "trip_count",
    "win_rate",
    "profit_factor",
    "expectancy",
    "average_holding_seconds",
    "time_in_market",
    "turnover",
    "fees_paid",
    "slippage_paid",
)


class Cell(NamedTuple):
    value: Any
    text: str
    is_best: bool


class FigureRow(NamedTuple):
    name: str
    definition: Definition
    cells: list[Cell]


class FigureSection(NamedTuple):
    title: str
    rows: list[FigureRow]


class Figures(NamedTuple):
    first: list[FigureRow]
    others: list[FigureSection]  # without what is undefined in every run


def figures_of(comparison: Comparison) -> Figures:
    """One query for the statistics of all runs."""
    values = values_of(comparison)
    sections = [(section.title, definitions_of(section)) for section in SECTIONS]
    every = {name: about for _, names in sections for name, about in names.items()}
    others = [
        FigureSection(
            title,
            [
                row_of(comparison, name, about, values)
                for name, about in names.items()
                if name not in FIRST and is_known(name, values)
            ],
        )
        for title, names in sections
    ]
    return Figures(
        first=[row_of(comparison, name, every[name], values) for name in FIRST],
        others=[section for section in others if section.rows],
    )


def values_of(comparison: Comparison) -> list[Mapping[str, Any]]:
    """Every statistic of each run by name; nothing for a run that has none yet."""
    found = {
        row.run_id: row.values for row in RunStatistics.objects.filter(run__in=comparison.runs).only("values")
    }
    return [found.get(run.pk, {}) for run in comparison.runs]


def is_known(name: str, values: list[Mapping[str, Any]]) -> bool:
    return any(each.get(name) is not None for each in values)


def row_of(
    comparison: Comparison, name: str, about: Definition, values: list[Mapping[str, Any]]
) -> FigureRow:
    found = [each.get(name) for each in values]
    # More dollars of more capital are no better dollars.
    is_ranked = about.unit != "USD" or comparison.has_one_capital
    best = best_of(name, found) if is_ranked else frozenset()
    cells = [Cell(value, written(name, about, value), place in best) for place, value in enumerate(found)]
    return FigureRow(name, about, cells)
