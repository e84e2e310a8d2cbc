"""What this room shows of runs that are compared: their figures, and what was set up otherwise."""

from __future__ import annotations

from typing import Any

from core import panels
from core.panels import Panel
from core.requests import UserRequest
from runs.compare.differences import differences_of
from runs.compare.figures import figures_of
from runs.compare.selection import Comparison

PLACE = "compare"


def register() -> None:
    panels.register(Panel(PLACE, "figures", "Statistics", 20, "runs/compare/_figures.html", figures))
    panels.register(
        Panel(
            PLACE,
            "differences",
            "What was set up otherwise",
            30,
            "runs/compare/_differences.html",
            differences,
        )
    )


def figures(request: UserRequest, comparison: Comparison) -> dict[str, Any]:
    return {"figures": figures_of(comparison)}


def differences(request: UserRequest, comparison: Comparison) -> dict[str, Any]:
    found = differences_of(comparison.runs)
    return {"rows": [(item, list(zip(comparison.members, item.values, strict=True))) for item in found]}
