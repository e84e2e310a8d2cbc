"""Whether results are more than luck, on the pages of runs and of their comparison."""

from __future__ import annotations

from typing import Any

from agents.earned.selectors import can_be_priced
from agents.luck.models import LuckReport
from agents.luck.selectors import deflated_of, standing_of, standings_of
from broker.charts import place
from broker.equity import UNITS, Ints
from core import panels
from core.panels import Panel
from core.requests import UserRequest
from runs import page
from runs.compare.selection import Comparison
from runs.models import Run


def register() -> None:
    panels.register(Panel(page.SIDE, "luck", "Beside it", 20, "agents/luck/_side.html", side))
    panels.register(Panel(page.TABS, "luck", "Against luck", 42, "agents/luck/_tab.html", tab))
    panels.register(Panel("compare", "luck", "Against luck", 15, "agents/luck/_compare.html", compared))


def side(request: UserRequest, run: Run) -> dict[str, Any]:
    """Nothing while the run is under way, so that following it costs no query more."""
    return {"standing": standing_of(run) if can_be_priced(run) else None}


def tab(request: UserRequest, run: Run) -> dict[str, Any]:
    standing = standing_of(run) if can_be_priced(run) else None
    if standing is None:
        return {"can_judge": can_be_priced(run), "standing": None}
    return {
        "can_judge": True,
        "standing": standing,
        "deflated": deflated_of(standing),
        "chart": chart_of(run, standing.report),
    }


def compared(request: UserRequest, comparison: Comparison) -> dict[str, Any]:
    found = standings_of(comparison.runs)
    return {"rows": [(member, found.get(member.run.pk)) for member in comparison.members]}


def chart_of(run: Run, report: LuckReport) -> dict[str, Any]:
    """The run, buy-and-hold, equal weight and one random trader as lines, in the keys of the legend."""
    times = [place(run, at) for at in report.at.tolist()]
    paths = {1: report.equity, 0: report.benchmark, 2: report.equal_weight, 4: report.random_trader}
    lines = [
        {"key": key, "points": points(times, path)}
        for key, path in paths.items()
        if path is not None and len(path)
    ]
    return {"lines": lines, "unit": "USD"}


def points(times: list[int], units: Ints) -> list[list[float]]:
    return [list(point) for point in zip(times, (units / UNITS).round(2).tolist(), strict=True)]
