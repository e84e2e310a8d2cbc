"""Rows without the ORM's cost for each: few as plain statements, many through COPY into a passing table, because COPY
itself goes past row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

from core.together import write

M = TypeVar("M", bound=models.Model)
AnyField = models.Field[Any, Any]

# Below this many rows an ordinary INSERT is quicker than a table that passes.
FEWEST_TO_COPY = 200
MAKE = "CREATE TEMP TABLE {passing} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"


def rows_insert(rows: Sequence[M]) -> None:
    """Insert rows of one model in the current transaction; all that guards the table guards them. They get no keys."""
    if not rows:
        return
    if len(rows) < FEWEST_TO_COPY:
        write(*insertion(rows))
    else:
        rows_copy(rows)


def row_insert(row: models.Model) -> None:
    """Insert one row in the current transaction and give it its key. Raises IntegrityError."""
    text, values = insertion([row])
    with connection.cursor() as cursor:
        cursor.execute(f'{text} RETURNING "{row._meta.pk.column}"', values)
        row.pk = cursor.fetchone()[0]


def rows_upsert(rows: Sequence[M], *, unique: Sequence[str], changing: Sequence[str]) -> None:
    """Insert rows of one model; of those that are there by the columns `unique`, bring the columns `changing` up to date."""
    if not rows:
        return
    text, values = insertion(rows)
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in changing)
    write(f"{text} ON CONFLICT ({quoted(unique)}) DO UPDATE SET {changes}", values)


def row_update(row: models.Model, names: tuple[str, ...]) -> None:
    """Store some fields of a row, found by its key, as they are in memory."""
    fields, text = update_of(type(row), names)
    write(text, [*next(iter(values_of([row], fields))), row.pk])


@cache
def update_of(model: type[models.Model], names: tuple[str, ...]) -> tuple[Sequence[AnyField], str]:
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = model._meta.pk.column
    return fields, f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{key}" = %s'  # noqa: S608  (our own names)


def insertion(rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
    model = type(rows[0])
    fields = fields_of(model, rows[0].pk is not None)
    places = f"({', '.join(['%s'] * len(fields))})"
    columns = quoted([field.column for field in fields])
    text = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {", ".join([places] * len(rows))}'  # noqa: S608
    return text, [value for values in values_of(rows, fields) for value in values]


def quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


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
    fields = fields_of(model, rows[0].pk is not None)
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


@cache
def fields_of(model: type[models.Model], has_keys: bool) -> Sequence[AnyField]:
    return [field for field in model._meta.concrete_fields if has_keys or not field.primary_key]


def values_of(rows: Iterable[models.Model], fields: Sequence[AnyField]) -> Iterable[Sequence[Any]]:
    """The values of each row as the driver takes them."""
    get: Callable[[models.Model], Any] = attrgetter(*(field.attname for field in fields))
    get_all = get if len(fields) > 1 else lambda row: (get(row),)
    special = {place: form for place, field in enumerate(fields) if (form := form_of(field)) is not None}
    if not special:
        return map(get_all, rows)
    return (formed(get_all(row), special) for row in rows)


def form_of(field: AnyField) -> Callable[[Any], Any] | None:
    """What the driver takes in place of a field's value; None where it takes the value itself."""
    if isinstance(field, models.JSONField):
        return Jsonb
    form: Callable[[Any], Any] | None = getattr(
        field, "for_driver", None
    )  # of fields that spell their values
    return form


def formed(values: tuple[Any, ...], special: Mapping[int, Callable[[Any], Any]]) -> list[Any]:
    items = list(values)
    for place, form in special.items():
        items[place] = form(items[place])
    return items
