"""The statistics of a run as they are stored, each with its definition."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from agents.luck.selectors import standing_of
from agents.selectors import statistics_now
from agents.tools.about import run_asked, run_facts, run_link, run_notes, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.payload import Fact, Payload, Row, Series, Table, Unit, Value, series_of, table_of
from broker.selectors import equity_curve
from runs.models import Run
from runs.selectors import run_summary
from trading.statistics import SECTIONS, Definition, Section
from trading.statistics.section import definitions_of

UNITS = {
    "fraction": Unit.PERCENT,
    "ratio": Unit.RATIO,
    "USD": Unit.MONEY,
    "seconds": Unit.SECONDS,
    "count": Unit.COUNT,
    "time": Unit.TIME,
    "flag": Unit.FLAG,
}
DRAWDOWNS = {"max_drawdown", "average_drawdown", "current_drawdown"}
Part = Literal["all", "returns", "drawdown", "ratios", "tail", "benchmark", "round_trips", "activity"]
SECTION_OF: dict[str, type[Section]] = dict(
    zip(
        ("returns", "drawdown", "ratios", "tail", "benchmark", "round_trips", "activity"),
        SECTIONS,
        strict=True,
    )
)


class CalculateMetrics(RunArguments):
    section: Part = Field("all", description="Which statistics.")
    definitions: bool = Field(False, description="Also say how each figure is computed, and its source.")


def calculate_metrics(asking: Asking, wanted: CalculateMetrics) -> Payload:
    run = run_asked(asking, wanted)
    found = statistics_now(run)
    about = definitions(wanted.section)
    values: dict[str, Any] = found.values if found else {}
    as_of = Fact(
        key="as_of_step", label="As of step", value=found.as_of_step if found else None, unit=Unit.COUNT
    )
    figures = [figure_fact(name, definition, values.get(name)) for name, definition in about.items()]
    return Payload(
        title=f"Statistics of {run_title(run)}",
        about=run_facts(run),
        facts=[as_of, *decided_facts(run), *figures],
        tables=[definition_table(about)] if wanted.definitions else [],
        series=equity_series(run),
        links=[run_link(run)],
        notes=[*run_notes(run), *([] if found else ["There are no statistics before the first step."])],
    )


def definitions(section: str) -> dict[str, Definition]:
    sections = SECTIONS if section == "all" else (SECTION_OF[section],)
    return {name: about for each in sections for name, about in definitions_of(each).items()}


def figure_fact(name: str, about: Definition, value: Any) -> Fact:
    unit = Unit.DRAWDOWN if name in DRAWDOWNS else UNITS.get(about.unit, Unit.TEXT)
    return Fact(key=name, label=about.label, value=moment_or_same(unit, value), unit=unit)


def moment_or_same(unit: Unit, value: Any) -> Value:
    return datetime.fromisoformat(value) if unit is Unit.TIME and isinstance(value, str) else value


def decided_facts(run: Run) -> list[Fact]:
    """Who really decided, and how much of the data was there."""
    summary = run_summary(run)
    return [
        Fact(key="decider", label="Decider", value=summary.decider_title),
        Fact(
            key="decided_share",
            label="Answered by the decider, of the steps at which it was asked",
            value=summary.decided_share,
            unit=Unit.PERCENT,
        ),
        Fact(key="asked", label="Steps at which it was asked", value=run.asked_count, unit=Unit.COUNT),
        Fact(key="answered", label="Steps that it answered", value=run.decided_count, unit=Unit.COUNT),
        Fact(key="coverage", label="Bars present of those expected", value=run.coverage, unit=Unit.PERCENT),
        Fact(key="orders", label="Orders", value=run.order_count, unit=Unit.COUNT),
        Fact(key="fills", label="Fills", value=run.fill_count, unit=Unit.COUNT),
        Fact(key="denials", label="Denials", value=run.denial_count, unit=Unit.COUNT),
        *luck_facts(run),
    ]


def luck_facts(run: Run) -> list[Fact]:
    """Whether chance alone would have done as well, where that has been worked out."""
    standing = standing_of(run)
    if standing is None:
        return []
    found = standing.conclusion
    return [
        Fact(key="luck", label="Luck or more", value=found.headline),
        Fact(key="luck_why", label="Why", value=found.sentence),
    ]


def definition_table(about: dict[str, Definition]) -> Table:
    columns = [(name, name.capitalize(), Unit.TEXT) for name in ("figure", "formula", "source")]
    rows = [
        Row(values=[definition.label, definition.formula, definition.source]) for definition in about.values()
    ]
    return table_of("How they are computed", columns, rows)


def equity_series(run: Run) -> list[Series]:
    """The run and buy-and-hold over its steps."""
    curve = equity_curve(run)
    if not len(curve):
        return []
    beside = curve.benchmark_dollars
    lines = [series_of("Equity", Unit.MONEY, curve.times, curve.dollars.tolist())]
    return lines + (
        [] if beside is None else [series_of("Buy and hold", Unit.MONEY, curve.times, beside.tolist())]
    )


TOOL = Tool(
    "calculate_metrics",
    "Every statistic of a run as stored: return, drawdown, Sharpe and other ratios, tail risk, comparison with buy and "
    "hold, round trips, exposure, turnover and costs; with the equity curve.",
    CalculateMetrics,
    calculate_metrics,
)
