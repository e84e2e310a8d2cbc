"""Several runs side by side: their figures, what was set up otherwise, and their curves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from agents.selectors import statistics_now
from agents.tools.about import model_asked, run_url
from agents.tools.base import Asking, Id, ModelArguments, Tool
from agents.tools.calculate_metrics import figure_fact
from agents.tools.payload import Fact, Link, Payload, Row, Series, Table, Unit, series_of, table_of
from broker.selectors import equity_curve
from core.errors import UserError
from runs.models import Run
from runs.selectors import access_run, access_run_by_number, runs_of_model, runs_of_user
from trading.statistics import DEFINITIONS

MOST_RUNS, USUAL_RUNS = 8, 5
MOST_DIFFERENCES = 60
LONGEST = 160  # characters of a setting
FIGURES = (
    "total_return",
    "profit",
    "benchmark_return",
    "excess_return",
    "max_drawdown",
    "sharpe",
    "trip_count",
    "win_rate",
    "profit_factor",
    "average_win",
    "average_loss",
    "fees_paid",
    "turnover",
)
UNSET = "not set"


class CompareRuns(ModelArguments):
    run_ids: Annotated[list[Id], Field(max_length=MOST_RUNS)] | None = Field(None, description="Runs by id.")
    run_numbers: Annotated[list[Id], Field(max_length=MOST_RUNS)] | None = Field(
        None, description="Runs by their number within the Model."
    )


def compare_runs(asking: Asking, wanted: CompareRuns) -> Payload:
    runs = runs_asked(asking, wanted)
    return Payload(
        title=f"{len(runs)} runs compared" if len(runs) > 1 else "One run, and none to compare it with",
        facts=[Fact(key="runs", label="Runs", value=len(runs), unit=Unit.COUNT)],
        tables=[figures_table(runs), differences_table(runs)],
        series=[line for run in runs if (line := return_line(run)) is not None],
        links=[Link(text=named(run), url=run_url(run)) for run in runs],
        notes=notes_of(runs),
    )


def runs_asked(asking: Asking, wanted: CompareRuns) -> list[Run]:
    """The runs that are named, with the conversation's own beside a single one; else the newest. Raises Forbidden."""
    found = {run.pk: run for run in (access_run(asking.user, run_id) for run_id in wanted.run_ids or ())}
    model = model_asked(asking, wanted)
    if wanted.run_numbers:
        if model is None:
            raise UserError("Run numbers count within a Model: say which Model, or name the runs by id.")
        for number in wanted.run_numbers:
            run = access_run_by_number(asking.user, model.pk, number)
            found[run.pk] = run
    if len(found) == 1 and asking.run_id is not None:
        own = access_run(asking.user, asking.run_id)
        found = {own.pk: own} | found
    if not found:
        newest = runs_of_user(asking.user) if model is None else runs_of_model(asking.user, model.pk)
        found = {run.pk: run for run in newest.filter(cursor__gt=0)[:USUAL_RUNS]}
    if not found:
        raise UserError("No run has taken a step yet, so there is nothing to compare.")
    return list(found.values())[:MOST_RUNS]


def named(run: Run) -> str:
    return f"run {run.number} of {run.model.name}"


def figures_table(runs: Sequence[Run]) -> Table:
    """A row a run. Every figure is the stored statistic."""
    figures = [name for name in FIGURES if name in DEFINITIONS]
    values = {run.pk: found.values if (found := statistics_now(run)) else {} for run in runs}
    facts = {name: figure_fact(name, DEFINITIONS[name], None) for name in figures}
    head = [("run_id", "Run id", Unit.COUNT), ("run", "Run", Unit.COUNT), ("model", "Model", Unit.TEXT)]
    head += [
        ("state", "State", Unit.TEXT),
        ("step", "Last step", Unit.COUNT),
        ("decider", "Decider", Unit.TEXT),
    ]
    columns = [*head, *((name, fact.label, fact.unit) for name, fact in facts.items())]
    is_one_model = len({run.model_id for run in runs}) == 1
    rows = [
        Row(
            values=[
                *(run.pk, run.number, run.model.name, run.state, run.cursor, run.decider),
                *(values[run.pk].get(name) for name in figures),
            ],
            url=run_url(run),
            cite=f"run {run.number}" if is_one_model else named(run),
        )
        for run in runs
    ]
    return table_of("Figures", columns, rows)


def differences_table(runs: Sequence[Run]) -> Table:
    """Settings in which the runs differ, one a row; what is the same everywhere is left out."""
    settings = [settings_of(run) for run in runs]
    names = sorted({name for each in settings for name in each})
    differing = [name for name in names if len({each.get(name, UNSET) for each in settings}) > 1]
    columns = [("setting", "Setting", Unit.TEXT), *((f"run_{run.pk}", named(run), Unit.TEXT) for run in runs)]
    rows = [Row(values=[name, *(each.get(name, UNSET) for each in settings)]) for name in differing]
    return table_of("What was set up otherwise", columns, rows, most=MOST_DIFFERENCES)


def settings_of(run: Run) -> dict[str, str]:
    """Everything that the run was set up with, by name."""
    own = {
        "symbols": run.symbols,
        "from": str(run.date_from),
        "to": str(run.date_to),
        "mode": run.mode,
        "session": run.session,
        "initial cash": f"{run.initial_cash.normalize():f}",
        "data": run.data_hash[:12],
    }
    sections = {name: value for name, value in run.snapshot.items() if name not in ("format", "rules")}
    rules = {f"rule {rule['name']}": ruled(rule) for rule in run.snapshot.get("rules", ())}
    return {name: said(value) for name, value in {**own, **flattened(sections), **rules}.items()}


def ruled(rule: Mapping[str, Any]) -> str:
    return f"{rule['kind']} {said(rule['params'])} {rule['verb']}, version {rule['version']}"


def flattened(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in value.items():
        path = f"{prefix}.{name}" if prefix else name
        found |= flattened(part, path) if isinstance(part, dict) and part else {path: part}
    return found


def said(value: Any) -> str:
    if value is None:
        return UNSET
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text[:LONGEST]


def return_line(run: Run) -> Series | None:
    """Profit so far as a fraction of the initial cash, so that curves of any size stand beside each other."""
    curve = equity_curve(run)
    if not len(curve):
        return None
    returns = (curve.dollars / float(run.initial_cash) - 1).tolist()
    return series_of(named(run), Unit.PERCENT, curve.times, returns)


def notes_of(runs: Sequence[Run]) -> list[str]:
    notes = [f"{named(run)} is {run.state}: as of its last step." for run in runs if run.is_active]
    data = {(tuple(run.symbols), run.date_from, run.date_to, run.session, run.data_hash) for run in runs}
    if len(data) > 1:
        notes.append(
            "They did not trade the same data, so a difference in result need not come from the settings."
        )
    return notes


TOOL = Tool(
    "compare_runs",
    "Runs side by side: the stored statistics of each, every setting in which they differ, their return curves. Without "
    "runs named, the newest of the Model or of the user; also the way to list runs.",
    CompareRuns,
    compare_runs,
)
