"""Working out what stands beside a run, and storing it."""

from __future__ import annotations

import numpy as np
from django.contrib.auth.models import User

from agents.earned.selectors import can_be_priced
from agents.luck.beside import Beside, beside
from agents.luck.models import LuckReport
from agents.timeline import timeline_load
from broker.equity import Ints
from broker.selectors import equity_curve, fills_of
from core.live import publish_on_commit
from core.rls import acting_as
from runs.models import Run
from runs.selectors import access_run
from runs.snapshot import code_version

MOST_POINTS = 600  # of a path that is kept to be drawn


def luck_make(user_id: int, run_id: int) -> bool:
    """Make the report of a run that has traded and ended, anew if there is one; return whether there was anything to do.

    Without the bars that the run traded on there is none.
    """
    with acting_as(user_id):
        run = access_run(User(pk=user_id), run_id)
        if not can_be_priced(run):
            return False
        timeline = timeline_load(run)
        curve, fills = equity_curve(run), list(fills_of(run))
    if timeline.data_hash != run.data_hash:
        return False
    found = beside(run, timeline, curve, fills)
    with acting_as(user_id):
        luck_store(run, found)
    return True


def luck_store(run: Run, found: Beside) -> LuckReport:
    curve = found.curve
    rows = np.unique(np.linspace(0, len(curve) - 1, min(len(curve), MOST_POINTS)).round().astype(np.int64))
    report, _ = LuckReport.objects.update_or_create(
        run=run,
        defaults={
            "user_id": run.user_id,
            "values": found.values,
            "at": curve.at[rows],
            "equity": curve.equity[rows],
            "benchmark": curve.benchmark[rows] if curve.benchmark is not None else curve.equity[:0],
            "equal_weight": at_rows(found.equal_weight, rows),
            "random_trader": at_rows(found.random_trader, rows),
            "code_version": code_version(),
        },
    )
    publish_on_commit(f"run:{run.pk}")
    return report


def at_rows(path: Ints | None, rows: Ints) -> Ints | None:
    return None if path is None else path[rows]
