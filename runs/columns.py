"""What the list of Models says of each one's runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User

from profiles import columns
from profiles.columns import Column
from runs.selectors import HEAVY, run_summaries, runs_of_user
from runs.summary import RunSummary


def register() -> None:
    columns.register(Column("last_run", "Last run", 10, last_runs, "runs/_column_run.html"))
    columns.register(Column("return", "Return", 20, last_runs, "runs/_column_return.html", is_number=True))
    columns.register(
        Column("drawdown", "Drawdown", 30, last_runs, "runs/_column_drawdown.html", is_number=True)
    )


def last_runs(user: User, model_ids: Sequence[int]) -> Mapping[int, RunSummary]:
    """The newest run of each Model, in one query."""
    newest = runs_of_user(user).defer(*HEAVY).filter(model_id__in=model_ids)
    newest = newest.order_by("model_id", "-number").distinct("model_id")
    return {summary.run.model_id: summary for summary in run_summaries(newest)}
