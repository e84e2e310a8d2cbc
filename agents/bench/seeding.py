"""Rows by the million, to see how pages and lists bear them: copies of one real run, made by the database itself.

Their logs are copies too, so `verify_run` rightly finds that they are not those of the runs they stand under.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models

from agents.demo import demo_request
from agents.foreground import session_run
from core.rls import acting_as
from profiles.models import TradingModel
from reasoning.models import Entry
from runs.models import Run, RunStatistics

RUNS_AT_ONCE = 250

# Where a copy differs from the original; `n` counts the copies.
RUN_CHANGES = {
    "number": "run.number + n",
    "idempotency_key": "''",
    "state": "(ARRAY['completed','completed','completed','stopped','failed'])[1 + n %% 5]",
    "equity": "run.initial_cash * (1 + sin(n) * 0.05)",
    "denial_count": "n %% 11",
    "date_from": "run.date_from - n %% 250",
    "date_to": "run.date_to",
    "tags": "CASE n %% 20 WHEN 0 THEN ARRAY['baseline'] ELSE '{}' END",
    "log_count": "%(entries)s",
    "title": "'copy ' || n",
}
STATISTICS_CHANGES = {
    "run_id": "copy.id",
    "final_equity": "copy.equity",
    "total_return": "copy.equity / copy.initial_cash - 1",
    "max_drawdown": "abs(sin(copy.number)) * 0.08",
}


def seed_runs(user: User, runs: int, entries: int) -> Iterator[int]:
    """Copy one real run of the demo until there are so many, each with `entries` ÷ `runs` entries; yield how many there are."""
    with acting_as(user.pk):
        made = Run.objects.owned_by(user).filter(title__startswith="copy ").count()
    original = session_run(user, demo_request(user), lambda run: None)
    each = min(entries // runs, original.log_count)
    while made < runs:
        upto = min(made + RUNS_AT_ONCE, runs)
        with acting_as(user.pk):
            copy_runs(original, made + 1, upto, each)
        made = upto
        yield made


def copy_runs(original: Run, first: int, last: int, entries: int) -> None:
    """Copies `first` to `last` with their statistics and entries, in the caller's transaction."""
    values: dict[str, Any] = {"run": original.pk, "first": first, "last": last, "entries": entries}
    with connection.cursor() as cursor:
        cursor.execute(
            insert(
                Run,
                RUN_CHANGES,
                "runs_run AS run, generate_series(%(first)s, %(last)s) AS n",
                "run.id = %(run)s",
            )
            + " RETURNING id",
            values,
        )
        copies: dict[str, Any] = {**values, "copies": [row[0] for row in cursor.fetchall()]}
        beside = "JOIN runs_run AS copy ON copy.id = ANY(%(copies)s)"
        cursor.execute(
            insert(
                RunStatistics,
                STATISTICS_CHANGES,
                f"runs_runstatistics AS run {beside}",
                "run.run_id = %(run)s",
            ),
            copies,
        )
        cursor.execute(
            insert(
                Entry,
                {"run_id": "copy.id"},
                f"reasoning_entry AS run {beside}",
                "run.run_id = %(run)s AND run.seq <= %(entries)s",
            ),
            copies,
        )
    TradingModel.objects.filter(pk=original.model_id).update(next_run_number=original.number + last + 1)


def insert(model: type[models.Model], changes: dict[str, str], source: str, where: str) -> str:
    """INSERT that copies every column of the table but its own id and those that change."""
    kept: list[Any] = [field for field in model._meta.concrete_fields if field.column != "id"]
    columns = ", ".join(field.column for field in kept)
    wanted = ", ".join(changes.get(field.column, f"run.{field.column}") for field in kept)
    return f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {wanted} FROM {source} WHERE {where}"  # noqa: S608  (our own names)
