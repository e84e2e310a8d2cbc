"""What the list of Models says of each one's runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from django.contrib.auth.models import User
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from core.lines import path_of
from profiles import columns
from profiles.columns import Column
from runs.models import RunStatistics
from runs.selectors import HEAVY, run_summaries, runs_of_user
from runs.summary import RunSummary

RUNS_IN_SPARK = 30


def register() -> None:
    columns.register(Column("last_run", "Last run", 10, last_runs, "runs/_column_run.html"))
    columns.register(Column("return", "Return", 20, last_runs, "runs/_column_return.html", is_number=True))
    columns.register(Column("spark", "Last runs", 15, sparks, "runs/_column_spark.html"))
    columns.register(
        Column("drawdown", "Drawdown", 30, last_runs, "runs/_column_drawdown.html", is_number=True)
    )


def last_runs(user: User, model_ids: Sequence[int]) -> Mapping[int, RunSummary]:
    """The newest run of each Model, in one query."""
    newest = runs_of_user(user).defer(*HEAVY).filter(model_id__in=model_ids)
    newest = newest.order_by("model_id", "-number").distinct("model_id")
    return {summary.run.model_id: summary for summary in run_summaries(newest)}


class Spark(NamedTuple):
    """Returns of a Model's newest ended runs, oldest first, as a small line, and in words."""

    path: str
    words: str


def sparks(user: User, model_ids: Sequence[int]) -> Mapping[int, Spark]:
    """The returns of each Model's newest runs, in one query."""
    rank = Window(RowNumber(), partition_by=F("run__model"), order_by=F("run__number").desc())
    ended = RunStatistics.objects.owned_by(user).filter(
        run__model_id__in=model_ids, run__deleted_at=None, total_return__isnull=False
    )
    newest = ended.annotate(rank=rank).filter(rank__lte=RUNS_IN_SPARK).order_by("run__model", "-rank")
    returns: dict[int, list[float]] = {}
    for model_id, total_return in newest.values_list("run__model", "total_return"):
        if total_return is not None:
            returns.setdefault(model_id, []).append(total_return)
    return {model_id: spark_of(found) for model_id, found in returns.items() if len(found) > 1}


def spark_of(returns: list[float]) -> Spark:
    values = np.array(returns)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    words = f"{len(returns)} runs, returns from {min(returns):+.2%} to {max(returns):+.2%}"
    return Spark(path_of(values, low, high), words.replace("-", "−").replace("%", " %"))
