"""How checked rows get into a table of shared facts: copied beside it in binary form, then inserted where there is
none yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from market.binary_copy import encode
from market.columns import Timeframe
from market.models import BarImport

MOST_LISTED = 200

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL of one table. `insert` takes import and timeframe; `conflicts` timeframe, import and a limit, and gives
    line, symbol, start, the stored values, the found ones, and how many there are."""

    create: str
    copy: str
    insert: str
    conflicts: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that is stored with other values, which were kept."""

    line: int
    symbol: str
    start: datetime
    stored: Values
    found: Values


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of rows: new, already there with the same values, there with others (some of them listed)."""

    stored: int
    already_stored: int
    conflicting: int
    conflicts: tuple[Conflict, ...] = ()


@transaction.atomic
def rows_record(
    statements: Statements,
    staged: Mapping[str, Any],
    count: int,
    *,
    timeframe: Timeframe,
    bar_import: BarImport,
) -> Recorded:
    """Store rows that have passed the checks. One that is stored already is never overwritten.

    Safe to repeat, and to run beside another that brings the same rows.
    """
    if not count:
        return Recorded(0, 0, 0)
    with connection.cursor() as cursor:
        # Foreign keys are checked with each insert: waiting for the commit would keep a note of every row in memory.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statements.create}")
        with cursor.cursor.copy(statements.copy) as copy:
            copy.write(encode(staged, count))
        cursor.execute(statements.insert, [bar_import.pk, timeframe.value])
        stored = cursor.rowcount
        found = []
        if stored < count:
            cursor.execute(statements.conflicts, [timeframe.value, bar_import.pk, MOST_LISTED])
            found = cursor.fetchall()
    conflicting = found[0][-1] if found else 0
    return Recorded(
        stored=stored,
        already_stored=count - stored - conflicting,
        conflicting=conflicting,
        conflicts=tuple(conflict_of(row) for row in found),
    )


def conflict_of(row: tuple[Any, ...]) -> Conflict:
    line, symbol, start, *values, _ = row
    half = len(values) // 2
    return Conflict(line, symbol, start, tuple(values[:half]), tuple(values[half:]))
