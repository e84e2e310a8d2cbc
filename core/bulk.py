"""Rows without the ORM's cost for each: few as plain statements, many as columns, because COPY goes past row-level
security."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Self, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.sql import UpdateQuery

from core.together import binary_cursor, write, write_ahead

AnyField = models.Field[Any, Any]

# Below this many rows an ordinary INSERT, which goes out with others, is quicker than a statement of columns.
FEWEST_TO_SPREAD = 200
# Types whose values need no quotes in the spelling of an array.
BARE = frozenset({"smallint", "integer", "bigint", "numeric", "double precision", "boolean"})
MOMENT = "timestamp with time zone"


class Layout:
    """Some fields of a model in the order of their columns, and what takes their values from an object, as the driver
    takes them."""

    __slots__ = ("columns", "kinds", "table", "values_of")

    def __init__(self, model: type[models.Model], fields: Sequence[AnyField]) -> None:
        self.table: str = model._meta.db_table
        self.columns = [str(field.column) for field in fields]
        self.kinds = [type_of(field) for field in fields]
        self.values_of = getter(fields)


@cache
def layout_of(model: type[models.Model], has_keys: bool) -> Layout:
    return Layout(
        model, [field for field in model._meta.concrete_fields if has_keys or not field.primary_key]
    )


@cache
def layout_named(model: type[models.Model], names: tuple[str, ...]) -> Layout:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    return Layout(model, [by_attribute[name] for name in names])


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows on their way into a table: some of its fields, and for each row their values as the driver takes them."""

    layout: Layout
    values: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, rows: Sequence[models.Model]) -> Self:
        """All fields of some objects; without their keys, if they have none yet."""
        layout = layout_of(type(rows[0]), rows[0].pk is not None)
        return cls(layout, list(map(layout.values_of, rows)))

    @classmethod
    def named(
        cls, model: type[models.Model], names: tuple[str, ...], values: Sequence[Sequence[Any]]
    ) -> Self:
        """Rows for which making objects first would take too long; JSON is given as text."""
        return cls(layout_named(model, names), values)

    @property
    def start(self) -> str:
        return f'INSERT INTO "{self.layout.table}" ({quoted(self.layout.columns)})'

    def insertion(self) -> tuple[str, list[Any]]:
        """One statement for all of them, and its values."""
        places = f"({', '.join(['%s'] * len(self.layout.columns))})"
        text = f"{self.start} VALUES {', '.join([places] * len(self.values))}"
        return text, [value for row in self.values for value in row]

    def spread(self) -> tuple[str, list[Any]]:
        """The same with one array for each column, or one value where it is the same in all rows."""
        shown, arrays, values = [], [], []
        # The last column of each type; its neighbour may be the same.
        spellings: dict[str, tuple[Sequence[Any], str]] = {}
        for kind, column in zip(self.layout.kinds, zip(*self.values, strict=True), strict=True):
            if is_same(column, kind):
                shown.append(f"%s::{kind}")
                values.append(column[0])
                continue
            is_moment = kind == MOMENT and str not in set(map(type, column))
            last, text = spellings.get(kind, ((), ""))
            if column != last or kind == "double precision":
                text = seconds(column) if is_moment else spelled(column, kind)
            spellings[kind] = column, text
            arrays.append((f"%s::{'double precision' if is_moment else kind}[]", text))
            name = f"c{len(arrays)}"
            shown.append(f"to_timestamp({name})" if is_moment else name)
        if not arrays:
            return self.insertion()
        names = ", ".join(f"c{place}" for place in range(1, len(arrays) + 1))
        text = f"{self.start} SELECT {', '.join(shown)} "
        text += f"FROM unnest({', '.join(array for array, _ in arrays)}) AS given({names})"
        return text, [*values, *(array for _, array in arrays)]


def rows_insert(rows: Rows | Sequence[models.Model]) -> None:
    """Insert rows of one model in the current transaction; all that guards the table guards them. They get no keys."""
    if not isinstance(rows, Rows):
        if not rows:
            return
        rows = Rows.of(rows)
    if len(rows.values) >= FEWEST_TO_SPREAD and not any(kind.endswith("]") for kind in rows.layout.kinds):
        write_ahead(*rows.spread())
    elif rows.values:
        write(*rows.insertion())


def row_insert(row: models.Model) -> None:
    """Insert one row in the current transaction and give it its key: at once, or inside `together` with the other writes."""
    text, values = Rows.of([row]).insertion()

    def take(cursor: Any) -> None:
        row.pk = cursor.fetchone()[0]

    write(f'{text} RETURNING "{row._meta.pk.column}"', values, take)


def long_row_insert(row: models.Model) -> None:
    """Insert one row with values so long that they had better cross in binary than be spelled out in the statement."""
    write_ahead(*Rows.of([row]).insertion())


def rows_read(query: models.QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Read rows with long values; they cross in binary, past the ORM's own conversions."""
    with binary_cursor() as cursor:
        cursor.execute(*query.query.sql_with_params())
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def rows_upsert(rows: Sequence[models.Model], *, unique: Sequence[str], changing: Sequence[str]) -> None:
    """Insert rows of one model; of those that are there by the columns `unique`, bring the columns `changing` up to date."""
    if not rows:
        return
    text, values = Rows.of(rows).insertion()
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in changing)
    write(f"{text} ON CONFLICT ({quoted(unique)}) DO UPDATE SET {changes}", values)


def row_update(row: models.Model, names: tuple[str, ...]) -> None:
    """Store some fields of a row, found by its key, as they are in memory."""
    layout = layout_named(type(row), names)
    changes = ", ".join(f'"{column}" = %s' for column in layout.columns)
    where = f'WHERE "{row._meta.pk.column}" = %s'
    write(f'UPDATE "{layout.table}" SET {changes} {where}', [*layout.values_of(row), row.pk])  # noqa: S608  (names of ours)


def rows_update(rows: models.QuerySet[Any, Any], **changes: Any) -> None:
    """Change rows, nobody needs to know how many."""
    query = cast(UpdateQuery, rows.query.chain(UpdateQuery))
    query.add_update_values(changes)
    try:
        write(*query.get_compiler(connection=connection).as_sql())
    except EmptyResultSet:
        return


def quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def ids_reserve(model: type[models.Model], count: int) -> list[int]:
    """Take `count` new primary keys, so that rows that point to each other can be inserted together."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        keys: list[int] = cursor.fetchone()[0]
    return keys


def type_of(field: AnyField) -> str:
    """The type of a field's column, without a length: the column itself sees to that."""
    kind = str(field.db_type(connection))
    return "text" if kind.startswith("varchar") else kind.partition("(")[0]


def is_same(column: Sequence[Any], kind: str) -> bool:
    """Whether all rows have the same value. Of fractions only none is: 0.0 equals -0.0 and is another record."""
    first = column[0]
    if kind == "double precision" and first is not None:
        return False
    return column[-1] == first and column.count(first) == len(column)


def spelled(column: Sequence[Any], kind: str) -> str:
    """A column as PostgreSQL spells an array."""
    if kind in BARE:
        return f"{{{','.join(['NULL' if value is None else str(value) for value in column])}}}"
    if None in column:
        return f"{{{','.join(['NULL' if value is None else in_quotes(str(value)) for value in column])}}}"
    text = '","'.join(column if type(column[0]) is str else map(str, column))
    if "\\" in text or text.count('"') != 2 * (len(column) - 1):
        return f"{{{','.join([in_quotes(str(value)) for value in column])}}}"
    return f'{{"{text}"}}'


def seconds(column: Sequence[datetime | None]) -> str:
    """Moments as seconds, in a fraction of the time that their words take; exact to the microsecond for a century."""
    return spelled([None if moment is None else moment.timestamp() for moment in column], "double precision")


def in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def getter(fields: Sequence[AnyField]) -> Callable[[models.Model], Sequence[Any]]:
    """What takes the values of these fields from an object, as the driver takes them."""
    forms = [(place, form) for place, field in enumerate(fields) if (form := form_of(field)) is not None]
    take_all: Callable[[models.Model], Any] = attrgetter(*(field.attname for field in fields))

    def get(row: models.Model) -> list[Any]:
        values = list(take_all(row)) if len(fields) > 1 else [take_all(row)]
        for place, form in forms:
            values[place] = form(values[place])
        return values

    return get


def form_of(field: AnyField) -> Callable[[Any], Any] | None:
    """What the driver takes in place of a field's value; None where it takes the value itself."""
    if isinstance(field, models.JSONField):
        return json_text
    form: Callable[[Any], Any] | None = getattr(
        field, "for_driver", None
    )  # of fields that spell their values
    return form


def json_text(value: Any) -> str:
    """The spelling of a JSON value; that of nothing, which most rows hold, without asking the encoder."""
    if value == [] or value == {}:
        return "[]" if isinstance(value, list) else "{}"
    return json.dumps(value)
