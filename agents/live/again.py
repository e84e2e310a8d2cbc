"""A live run once more: over the bars that it saw, as it saw them, whether or not anybody has stored such bars since."""

from __future__ import annotations

from core.errors import Conflict
from runs.live.selectors import seer_of, walks_over_seen
from runs.models import Run


def seen_check(run: Run) -> None:
    """Raises Conflict where what a live run saw is not whole yet, nothing, or gone; runs over stored bars pass."""
    if not walks_over_seen(run):
        return
    seer = seer_of(run)
    if seer is None:
        raise Conflict(
            f"Run {run.number} was over the bars that a live run saw, and that run is gone with them. {START_NEW}",
            code="seen_is_gone",
        )
    if seer.is_active:
        raise Conflict(
            f"Run {seer.number} is live until its session ends. What it saw can be run over again once it has ended.",
            code="still_live",
        )
    if not seer.cursor:
        raise Conflict(
            f"Run {seer.number} was live and saw no bar, so there is nothing to run over again. {START_NEW}",
            code="saw_nothing",
        )


START_NEW = "Start a run over stored bars instead: “Clone” fills in the form."
