"""Rules that would have helped a Model: made from its own trades, tried on its own recorded decisions."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from pydantic import Field

from agents.recorded import Recorded, recorded_load
from agents.tools.about import run_asked, run_facts, run_link, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.candidates import FEWEST, Candidate, candidates
from agents.tools.payload import Fact, Payload, Row, Table, Unit, Value, table_of
from agents.tools.trips import Trip, trip_facts, trip_table, trips_load
from agents.whatif import Terms
from agents.whatif.simulate import Simulated, simulate
from agents.whatif.specs import specs_read
from core.errors import UserError
from runs.models import Run
from runs.selectors import HEAVY, runs_of_model

MOST_RUNS = 3
MOST_SECONDS = 8.0
FEW = 10  # trades; with fewer behind a rule it may be chance
COLUMNS = [
    ("kind", "Kind", Unit.TEXT),
    ("params", "Parameters", Unit.TEXT),
    ("rule", "Rule", Unit.TEXT),
    ("evidence", "Evidence", Unit.TEXT),
    ("trades", "Trades behind it", Unit.COUNT),
    ("difference", "Final equity it would have added", Unit.MONEY),
    ("better", "Runs it helped", Unit.COUNT),
    ("worse", "Runs it hurt", Unit.COUNT),
]


class SuggestRules(RunArguments):
    all_runs: bool = Field(False, description=f"From the Model's newest {MOST_RUNS} runs instead of one.")
    limit: int = Field(3, ge=1, le=10, description="Most rules to suggest, the most helpful first.")


@dataclass
class Past:
    """A run with its decisions, taken again once as it was."""

    run: Run

    @cached_property
    def recorded(self) -> Recorded:
        return recorded_load(self.run)

    @cached_property
    def as_it_was(self) -> Simulated:
        return simulate(self.recorded)

    def difference(self, candidate: Candidate) -> Decimal:
        """Dollars of final equity that the rule would have added. Raises UserError where it can't be tried."""
        terms = Terms(added=specs_read([candidate.spec]))
        return (
            simulate(self.recorded, terms, as_it_was=self.as_it_was).final_equity
            - self.as_it_was.final_equity
        )


@dataclass(frozen=True, slots=True)
class Tried:
    candidate: Candidate
    differences: Sequence[Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.differences, Decimal(0))


def suggest_rules(asking: Asking, wanted: SuggestRules) -> Payload:
    runs = runs_asked(asking, wanted)
    trips = [trip for run in runs for trip in trips_load(run)]
    found, left_out = tried([Past(run) for run in runs], candidates(trips))
    helpful = sorted((each for each in found if each.total > 0), key=lambda each: -each.total)
    shown = helpful[: wanted.limit]
    title = run_title(runs[0]) if len(runs) == 1 else f"{len(runs)} runs of {runs[0].model.name}"
    return Payload(
        title=f"Rules that would have helped {title}",
        about=run_facts(runs[0]),
        facts=[
            Fact(key="runs", label="Runs", value=len(runs), unit=Unit.COUNT),
            Fact(key="tried", label="Rules tried", value=len(found), unit=Unit.COUNT),
            Fact(key="helpful", label="Rules that would have helped", value=len(helpful), unit=Unit.COUNT),
            *trip_facts(trips),
        ],
        tables=[
            table_of("Suggested rules", COLUMNS, map(suggestion_row, shown), total=len(helpful)),
            *behind(shown),
        ],
        links=[run_link(run) for run in runs],
        notes=notes_of(trips, shown, left_out),
    )


def runs_asked(asking: Asking, wanted: SuggestRules) -> list[Run]:
    """One run, or the newest of its Model; never another Model's."""
    run = run_asked(asking, wanted)
    if not wanted.all_runs:
        return [run]
    newest = runs_of_model(asking.user, run.model_id).defer(*HEAVY[1:]).filter(cursor__gt=0)
    return list(newest[:MOST_RUNS])


def tried(past: Sequence[Past], wanted: Sequence[Candidate]) -> tuple[list[Tried], int]:
    """Try each rule on each run; also how many were left out for want of time."""
    until = time.monotonic() + MOST_SECONDS
    found: list[Tried] = []
    for number, candidate in enumerate(wanted):
        if time.monotonic() > until:
            return found, len(wanted) - number
        try:
            found.append(Tried(candidate, [run.difference(candidate) for run in past]))
        except UserError:
            continue  # it needs data that this run does not have
    return found, 0


def suggestion_row(each: Tried) -> Row:
    candidate = each.candidate
    better, worse = (sum(sign * one > 0 for one in each.differences) for sign in (1, -1))
    params = json.dumps({name: value for name, value in candidate.params.items() if value is not None})
    values: list[Value] = [
        candidate.kind,
        params,
        candidate.sentence,
        candidate.evidence,
        len(candidate.trips),
    ]
    return Row(values=[*values, each.total, better, worse])


def behind(shown: Sequence[Tried]) -> list[Table]:
    """The trades that speak for the best of them."""
    if not shown:
        return []
    trips = sorted(shown[0].candidate.trips, key=lambda trip: trip.pnl)
    return [trip_table("Trades behind the first", trips, 10)]


def notes_of(trips: Sequence[Trip], shown: Sequence[Tried], left_out: int) -> list[str]:
    notes = [
        "A rule is tried on the trades that suggested it, which flatters it: try it on other runs before you trust it."
    ]
    if not trips:
        notes = ["There are no closed trades to learn from."]
    elif not shown:
        notes = ["No rule that these trades speak for would have helped."]
    elif min(len(each.candidate.trips) for each in shown) < FEW:
        notes.append(f"Some of these rest on fewer than {FEW} trades, at least {FEWEST}: that may be chance.")
    if left_out:
        notes.append(f"{left_out} more were not tried for want of time.")
    return notes


TOOL = Tool(
    "suggest_rules",
    "Structured rules made from this Model's own losing trades (time of day, symbol, direction, stop, target, holding time, "
    "entries a day, losses in a row, size), each with the trades behind it and what it would have added to final equity "
    "on the recorded decisions. Only rules that would have helped.",
    SuggestRules,
    suggest_rules,
    seconds=20,
)
