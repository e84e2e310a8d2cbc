"""Bars into the table: copied beside it in binary form, then inserted where there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from market.binary_copy import encode, to_microseconds
from market.columns import BarColumns, Ints, Timeframe
from market.models import BarImport

MOST_LISTED = 200

CREATE_SQL = """
CREATE TEMPORARY TABLE IF NOT EXISTS bar_staging (
  line bigint, instrument_id bigint, start timestamptz, open float8, high float8, low float8, close float8, volume bigint
) ON COMMIT DROP"""
COPY_SQL = "COPY bar_staging FROM STDIN (FORMAT BINARY)"
INSERT_SQL = """
INSERT INTO market_bar (start, open, high, low, close, volume, instrument_id, bar_import_id, timeframe)
SELECT start, open, high, low, close, volume, instrument_id, %s, %s FROM bar_staging
ON CONFLICT (instrument_id, timeframe, start) DO NOTHING"""
CONFLICTS_SQL = """
SELECT found.line, symbol, found.start, stored.open, stored.high, stored.low, stored.close, stored.volume,
       found.open, found.high, found.low, found.close, found.volume, count(*) OVER ()
FROM bar_staging found
JOIN market_bar stored ON stored.instrument_id = found.instrument_id AND stored.timeframe = %s AND stored.start = found.start
JOIN market_instrument ON market_instrument.id = found.instrument_id
WHERE stored.bar_import_id <> %s
  AND (stored.open, stored.high, stored.low, stored.close, stored.volume)
   IS DISTINCT FROM (found.open, found.high, found.low, found.close, found.volume)
ORDER BY found.line LIMIT %s"""

Values = tuple[float, float, float, float, int]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A bar that is stored with other values, which were kept."""

    line: int
    symbol: str
    start: datetime
    stored: Values
    found: Values


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of bars: new, already there with the same values, there with others (some of them listed)."""

    stored: int
    already_stored: int
    conflicting: int
    conflicts: tuple[Conflict, ...] = ()


@transaction.atomic
def bars_record(
    bars: BarColumns, *, instrument_ids: Ints, lines: Ints, timeframe: Timeframe, bar_import: BarImport
) -> Recorded:
    """Store bars that have passed the checks. One that is stored already is never overwritten.

    Safe to repeat, and to run beside another that brings the same bars.
    """
    if not len(lines):
        return Recorded(0, 0, 0)
    staged = {"line": lines, "instrument_id": instrument_ids, **bars._asdict()}
    staged["start"] = to_microseconds(bars.start)
    with connection.cursor() as cursor:
        # Foreign keys are checked with each insert: waiting for the commit would keep a note of every row in memory.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {CREATE_SQL}; TRUNCATE bar_staging")
        with cursor.cursor.copy(COPY_SQL) as copy:
            copy.write(encode(staged, len(lines)))
        cursor.execute(INSERT_SQL, [bar_import.pk, timeframe.value])
        stored = cursor.rowcount
        conflicts = []
        if stored < len(lines):
            cursor.execute(CONFLICTS_SQL, [timeframe.value, bar_import.pk, MOST_LISTED])
            conflicts = cursor.fetchall()
    conflicting = conflicts[0][-1] if conflicts else 0
    return Recorded(
        stored=stored,
        already_stored=len(lines) - stored - conflicting,
        conflicting=conflicting,
        conflicts=tuple(
            Conflict(line, symbol, start, tuple(values[:5]), tuple(values[5:10]))
            for line, symbol, start, *values in conflicts
        ),
    )
