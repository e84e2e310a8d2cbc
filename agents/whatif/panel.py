"""The tab of a run that prices its rules, and takes its decisions again under terms of one's own."""

from __future__ import annotations

from typing import Any

from agents.earned.models import RuleEarning, RuleReport
from agents.earned.selectors import can_be_priced, is_under_way, report_of
from agents.whatif.forms import WhatIfForm
from agents.whatif.report import WhatIf, beside, whatif
from agents.whatif.terms import ALWAYS
from broker.charts import place
from broker.equity import UNITS
from core.errors import UserError
from core.requests import UserRequest
from rules.gates import GATES
from rules.snapshot import RunLimits
from runs.models import Run
from runs.statistics_rows import written
from trading.statistics import DEFINITIONS

MOST_STEPS = 100_000  # taken again while somebody waits for the page
MOST_PATHS = 5  # beside the run as it was
MOST_TURNED = 20
COMPARED = ("total_return", "max_drawdown", "sharpe", "trip_count", "win_rate", "profit_factor", "fees_paid")


def what_if_panel(request: UserRequest, run: Run) -> dict[str, Any]:
    if not can_be_priced(run):
        return {"can_price": False}
    report = report_of(run)
    rows = list(report.earnings.all()) if report else []
    form = form_of(request, run, rows)
    return {
        "can_price": True,
        "report": report,
        "is_under_way": report is not None and is_under_way(report),
        "rows": with_keys(rows),
        "chart": chart_of(run, report, rows) if report else None,
        "form": form,
        **result_of(run, form),
    }


def form_of(request: UserRequest, run: Run, rows: list[RuleEarning]) -> WhatIfForm:
    """Offers every rule of the run and the gates that spoke up in it; of a run not yet priced, all gates."""
    rules = [rule.name for rule in RunLimits.read(run.snapshot).rules]
    spoke = {row.name for row in rows if row.subject == "gate"}
    gates = [gate.name for gate in GATES if gate.name not in ALWAYS and (gate.name in spoke or not rows)]
    names = set(WhatIfForm.base_fields)
    return WhatIfForm(rules, gates, request.GET if names & set(request.GET) else None)


def result_of(run: Run, form: WhatIfForm) -> dict[str, Any]:
    """The what-if that is asked for, or why there is none."""
    if not form.is_asked or not form.is_valid():
        return {}
    if run.cursor > MOST_STEPS:
        return {
            "refusal": f"This run has {run.cursor:,} steps, too many for a page. “manage.py whatif {run.pk}” does it."
        }
    try:
        found = whatif(run, form.terms)
    except UserError as error:
        return {"refusal": error.message}
    return {
        "found": found,
        "figures": figures_of(found),
        "turned": found.turned[:MOST_TURNED],
        "more_turned": max(0, len(found.turned) - MOST_TURNED),
        "paths": paths_of(found),
    }


def figures_of(found: WhatIf) -> list[tuple[str, str, str]]:
    """Label and both sides' figures, written."""
    rows = []
    for name in COMPARED:
        about = DEFINITIONS[name]
        before, after = beside(found, name)
        rows.append((about.label, written(name, about, before), written(name, about, after)))
    return rows


def with_keys(rows: list[RuleEarning]) -> list[tuple[RuleEarning, int]]:
    """Each row with the key of its path in the chart; 0 where it is not drawn: what made no difference, and small ones."""
    by_size = sorted((row for row in rows if row.earned), key=lambda row: -abs(row.earned or 0))
    keys = {row.seq: key for key, row in enumerate(by_size[:MOST_PATHS], start=2)}
    return [(row, keys.get(row.seq, 0)) for row in rows]


def chart_of(run: Run, report: RuleReport, rows: list[RuleEarning]) -> dict[str, Any] | None:
    if report.at is None or report.equity is None:
        return None
    times = [place(run, at) for at in report.at.tolist()]
    lines = [{"key": 1, "points": points(times, report.equity)}]
    lines += [{"key": key, "points": points(times, row.equity)} for row, key in with_keys(rows) if key]
    return {"lines": lines, "unit": "USD"} if len(lines) > 1 else None


def paths_of(found: WhatIf) -> dict[str, Any]:
    path = found.to_path()
    times = [place(found.run, at) for at in path["at"]]
    lines = [
        {"key": key, "points": [list(point) for point in zip(times, path[name], strict=True)]}
        for key, name in ((1, "as_it_was"), (2, "what_if"))
    ]
    return {"lines": lines, "unit": "USD"}


def points(times: list[int], units: Any) -> list[list[float]]:
    return [list(point) for point in zip(times, (units / UNITS).round(2).tolist(), strict=True)]
