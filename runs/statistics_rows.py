"""The statistics of a run as sections of written figures, each with its definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from core.templatetags.numbers import (
    DASH,
    duration,
    moment,
    money,
    money_change,
    percent,
    percent_change,
    quantity,
    ratio,
)
from trading.statistics import SECTIONS, Definition
from trading.statistics.section import definitions_of

# Figures whose sign is the news.
CHANGES = {"profit", "total_return", "benchmark_return", "excess_return", "trip_profit"}


class Figure(NamedTuple):
    definition: Definition
    text: str


class FigureSection(NamedTuple):
    title: str
    figures: list[Figure]


def statistics_sections(values: Mapping[str, Any]) -> list[FigureSection]:
    """Every known figure of stored values; one that the run's version did not know yet is a dash."""
    return [
        FigureSection(
            section.title,
            [
                Figure(about, written(name, about, values.get(name)))
                for name, about in definitions_of(section).items()
            ],
        )
        for section in SECTIONS
    ]


def written(name: str, about: Definition, value: Any) -> str:
    if value is None:
        return DASH
    if name in CHANGES:
        return percent_change(value) if about.unit == "fraction" else money_change(value)
    return WRITERS.get(about.unit, str)(value)


def moment_of(text: str) -> str:
    return moment(datetime.fromisoformat(text))


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


WRITERS: dict[str, Callable[[Any], str]] = {
    "fraction": percent,
    "ratio": ratio,
    "USD": money,
    "seconds": duration,
    "count": quantity,
    "time": moment_of,
    "flag": yes_or_no,
}
