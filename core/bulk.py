"""Many rows at once: through COPY into a passing table, because COPY itself goes past row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

M = TypeVar("M", bound=models.Model)

# Below this many rows an ordinary INSERT is quicker than a table that passes.
FEWEST_TO_COPY = 200
MAKE = "CREATE TEMP TABLE {passing} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"


def rows_insert(rows: Sequence[M]) -> None:
    """Insert rows of one model in the current transaction; all that guards the table guards them."""
    if not rows:
        return
    if len(rows) < FEWEST_TO_COPY:
        type(rows[0])._default_manager.bulk_create(rows)
    else:
        rows_copy(rows)


def ids_reserve(model: type[models.Model], count: int) -> list[int]:
    """Take `count` new primary keys, so that rows that point to each other can be inserted together."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def rows_copy(rows: Sequence[models.Model]) -> None:
    model = type(rows[0])
    has_keys = rows[0].pk is not None
    fields = [field for field in model._meta.concrete_fields if has_keys or not field.primary_key]
    table = sql.Identifier(model._meta.db_table)
    passing = sql.Identifier(f"{model._meta.db_table}_passing")
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
    names = {"table": table, "passing": passing, "columns": columns}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(MAKE).format(**names))
        with cursor.copy(sql.SQL("COPY {passing} FROM STDIN").format(**names)) as copy:
            for values in values_of(rows, fields):
                copy.write_row(values)
        cursor.execute(sql.SQL("INSERT INTO {table} ({columns}) SELECT * FROM {passing}").format(**names))
        cursor.execute(sql.SQL("DROP TABLE {passing}").format(**names))


def values_of(
    rows: Iterable[models.Model], fields: Sequence[models.Field[Any, Any]]
) -> Iterable[Sequence[Any]]:
    """The values of each row as the driver takes them."""
    get: Callable[[models.Model], tuple[Any, ...]] = attrgetter(*(field.attname for field in fields))
    json = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    if not json:
        return map(get, rows)
    return (wrapped(get(row), json) for row in rows)


def wrapped(values: tuple[Any, ...], json: Sequence[int]) -> list[Any]:
    items = list(values)
    for place in json:
        items[place] = Jsonb(items[place])
    return items
