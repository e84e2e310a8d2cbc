"""What the list of Models says of each one's runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet

from core.lines import path_of
from profiles import columns
from profiles.columns import Column
from profiles.models import TradingModel
from runs.selectors import newest_runs, runs_of_each
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
    """The newest run of each Model."""
    found = newest_runs(user, listed_models(user, model_ids), runs_of_each(user))
    return {summary.run.model_id: summary for summary in found}


class Spark(NamedTuple):
    """Returns of a Model's newest ended runs, oldest first, as a small line, and in words."""

    path: str
    words: str


def sparks(user: User, model_ids: Sequence[int]) -> Mapping[int, Spark]:
    """The returns of each Model's newest runs, in one query."""
    ended = runs_of_each(user).filter(statistics__total_return__isnull=False)
    newest = ArraySubquery(ended.values("statistics__total_return")[:RUNS_IN_SPARK])
    returns = listed_models(user, model_ids).values_list("pk", newest)
    return {model_id: spark_of(found[::-1]) for model_id, found in returns if len(found) > 1}


def listed_models(user: User, model_ids: Sequence[int]) -> QuerySet[TradingModel]:
    return TradingModel.objects.owned_by(user).filter(pk__in=model_ids).order_by()


def spark_of(returns: list[float]) -> Spark:
    values = np.array(returns)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    words = f"{len(returns)} runs, returns from {min(returns):+.2%} to {max(returns):+.2%}"
    return Spark(path_of(values, low, high), words.replace("-", "−").replace("%", " %"))
