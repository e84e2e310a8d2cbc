"""Bars into the table."""

from __future__ import annotations

from market.binary_copy import to_microseconds
from market.columns import BarColumns, Ints, Timeframe
from market.models import BarImport
from market.services.recording import Recorded, Statements, rows_record

STATEMENTS = Statements(
    create="""
CREATE TEMPORARY TABLE IF NOT EXISTS bar_staging (
  line bigint, instrument_id bigint, start timestamptz, open float8, high float8, low float8, close float8, volume bigint
) ON COMMIT DROP;
TRUNCATE bar_staging""",
    copy="COPY bar_staging FROM STDIN (FORMAT BINARY)",
    insert="""
INSERT INTO market_bar (start, open, high, low, close, volume, instrument_id, bar_import_id, timeframe)
SELECT start, open, high, low, close, volume, instrument_id, %s, %s FROM bar_staging
ON CONFLICT (instrument_id, timeframe, start) DO NOTHING""",
    conflicts="""
SELECT found.line, symbol, found.start, stored.open, stored.high, stored.low, stored.close, stored.volume,
       found.open, found.high, found.low, found.close, found.volume, count(*) OVER ()
FROM bar_staging found
JOIN market_bar stored ON stored.instrument_id = found.instrument_id AND stored.timeframe = %s AND stored.start = found.start
JOIN market_instrument ON market_instrument.id = found.instrument_id
WHERE stored.bar_import_id <> %s
  AND (stored.open, stored.high, stored.low, stored.close, stored.volume)
   IS DISTINCT FROM (found.open, found.high, found.low, found.close, found.volume)
ORDER BY found.line LIMIT %s""",
)


def bars_record(
    bars: BarColumns, *, instrument_ids: Ints, lines: Ints, timeframe: Timeframe, bar_import: BarImport
) -> Recorded:
    """Store bars that have passed the checks. One that is stored already is never overwritten.

    Safe to repeat, and to run beside another that brings the same bars.
    """
    staged = {"line": lines, "instrument_id": instrument_ids, **bars._asdict()}
    staged["start"] = to_microseconds(bars.start)
    return rows_record(STATEMENTS, staged, len(lines), timeframe=timeframe, bar_import=bar_import)
