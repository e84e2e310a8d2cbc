"""The same decisions under other rules, gates, fees, slippage or delay: what they would have come to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from agents.tools.about import (
    decision_cite,
    decision_url,
    run_asked,
    run_facts,
    run_link,
    run_notes,
    run_title,
)
from agents.tools.base import Arguments, Asking, RunArguments, Tool
from agents.tools.payload import Fact, Payload, Row, Series, Table, Unit, Value, series_of, table_of
from agents.tools.rule_kinds import KINDS_IN_SHORT
from agents.whatif import AS_IT_WAS, Terms, WhatIf, whatif
from agents.whatif.difference import Turned
from agents.whatif.report import beside
from agents.whatif.specs import specs_read
from core.errors import UserError
from runs.models import Run
from trading.statistics import DEFINITIONS

MOST_TURNED = 50
FIGURES = {
    "total_return": Unit.PERCENT,
    "max_drawdown": Unit.DRAWDOWN,
    "trip_count": Unit.COUNT,
    "win_rate": Unit.PERCENT,
    "trip_profit": Unit.MONEY,
    "fees_paid": Unit.MONEY,
}


class OtherRule(Arguments):
    """A rule to put in; one of the run's own of the same name gives way."""

    kind: str = Field(description="Which kind of rule.", max_length=60)
    params: dict[str, Any] = Field(description="The parameters of its kind.")
    verb: str | None = Field(
        None, description="What it does; without it what its kind usually does.", max_length=20
    )
    name: str | None = Field(None, max_length=100)
    applies_to_symbols: list[str] | None = Field(None, max_length=50)
    exclude_symbols: list[str] = Field([], max_length=50)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in self.model_dump().items() if value is not None}


class OtherTerms(RunArguments):
    rules: Annotated[list[OtherRule], Field(max_length=20)] = Field([], description="Rules to put in.")
    without: Annotated[list[str], Field(max_length=50)] = Field(
        [], description="Rules to leave out by name, “rules” for all of them, “gate: <name>” for a gate."
    )
    execution: dict[str, str | int | float | bool | None] = Field(
        {},
        description="Other fills and fees by name, such as fees, fee_bps, fee_per_trade, slippage, slippage_bps, "
        "decision_delay_seconds.",
        max_length=20,
    )

    def terms(self) -> Terms:
        """Raises UserError for rules that can't be."""
        added = specs_read([rule.to_json() for rule in self.rules]) if self.rules else ()
        return Terms(without=tuple(self.without), added=added, execution=self.execution)


def what_if(asking: Asking, wanted: OtherTerms) -> Payload:
    run = run_asked(asking, wanted)
    terms = wanted.terms()
    if terms == AS_IT_WAS:
        raise UserError("Say what should be different: rules, without, or execution.")
    return payload_of(whatif(run, terms))


def payload_of(found: WhatIf) -> Payload:
    """A what-if as a tool result."""
    run = found.run
    notes = [f"What-if: {found.label}.", found.caution, found.drift, *run_notes(run)]
    return Payload(
        title=f"{run_title(run).capitalize()} {found.words}",
        about=run_facts(run),
        facts=[*difference_facts(found), *figure_facts(found)],
        tables=turned_tables(found),
        series=lines(found),
        links=[run_link(run)],
        notes=[note for note in notes if note],
    )


def difference_facts(found: WhatIf) -> list[Fact]:
    parted = found.divergence
    counts = {"denied": found.denied_now, "let through": found.passed_now, "resized": found.resized_now}
    return [
        Fact(key="words", label="What is different", value=found.words),
        Fact(
            key="equity_as_it_was",
            label="Final equity as it was",
            value=found.before.final_equity,
            unit=Unit.MONEY,
        ),
        Fact(
            key="equity_what_if",
            label="Final equity what-if",
            value=found.after.final_equity,
            unit=Unit.MONEY,
        ),
        Fact(key="difference", label="Difference", value=found.difference, unit=Unit.MONEY),
        *(
            Fact(key=name.replace(" ", "_"), label=f"Orders {name} now", value=len(items), unit=Unit.COUNT)
            for name, items in counts.items()
        ),
        Fact(key="parted_at", label="First differs at", value=parted.at if parted else None, unit=Unit.TIME),
        Fact(
            key="parted_step",
            label="First differs in step",
            value=parted.step if parted else None,
            unit=Unit.COUNT,
        ),
        Fact(key="parted_what", label="How", value=parted.sentence if parted else "nothing differs"),
    ]


def figure_facts(found: WhatIf) -> list[Fact]:
    facts = []
    for name, unit in FIGURES.items():
        was, now = beside(found, name)
        label = DEFINITIONS[name].label
        facts.append(Fact(key=f"{name}_as_it_was", label=f"{label} as it was", value=was, unit=unit))
        facts.append(Fact(key=f"{name}_what_if", label=f"{label} what-if", value=now, unit=unit))
    return facts


def turned_tables(found: WhatIf) -> list[Table]:
    """Every order that was answered otherwise."""
    if not found.turned:
        return []
    columns = [
        ("step", "Step", Unit.COUNT),
        ("at", "Decided", Unit.TIME),
        ("asked_for", "Asked for", Unit.TEXT),
        ("before", "Shares as it was", Unit.QUANTITY),
        ("after", "Shares what-if", Unit.QUANTITY),
        ("why", "Why", Unit.TEXT),
    ]
    rows = [turned_row(found.run, item) for item in found.turned]
    return [table_of("Orders answered otherwise", columns, rows, most=MOST_TURNED)]


def turned_row(run: Run, item: Turned) -> Row:
    why = "; ".join(verdict.message for verdict in item.verdicts)
    values: list[Value] = [item.step, item.at, item.wish, item.quantity_before, item.quantity_after, why]
    return Row(values=values, url=decision_url(run, item.step), cite=decision_cite(run, item.step))


def lines(found: WhatIf) -> list[Series]:
    path = found.to_path()
    times = [datetime.fromtimestamp(second, UTC) for second in path["at"]]
    return [
        series_of("As it was", Unit.MONEY, times, path["as_it_was"]),
        series_of("What-if", Unit.MONEY, times, path["what_if"]),
    ]


TOOL = Tool(
    "what_if",
    "A run's recorded decisions taken again under other rules, without some rules or gates, or with other fees, slippage "
    "or delay: the difference in final equity, which orders would have been denied, both curves. Kinds of rules with "
    f"their parameters: {KINDS_IN_SHORT}.",
    OtherTerms,
    what_if,
)
