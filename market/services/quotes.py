"""Quote bars into the table. In columns an absent side is NaN, in the table it is NULL."""

from __future__ import annotations

from market.binary_copy import to_microseconds
from market.columns import Ints, QuoteColumns, Timeframe
from market.models import BarImport
from market.services.recording import Recorded, Statements, rows_record

STATEMENTS = Statements(
    create="""
CREATE TEMPORARY TABLE IF NOT EXISTS quote_staging (
  line bigint, instrument_id bigint, start timestamptz,
  bid_open float8, bid_high float8, bid_low float8, bid_close float8, bid_size float8,
  ask_open float8, ask_high float8, ask_low float8, ask_close float8, ask_size float8
) ON COMMIT DROP;
CREATE OR REPLACE TEMPORARY VIEW quote_found AS
SELECT line, instrument_id, start,
       nullif(bid_open, 'NaN') bid_open, nullif(bid_high, 'NaN') bid_high, nullif(bid_low, 'NaN') bid_low,
       nullif(bid_close, 'NaN') bid_close, nullif(bid_size, 'NaN')::bigint bid_size,
       nullif(ask_open, 'NaN') ask_open, nullif(ask_high, 'NaN') ask_high, nullif(ask_low, 'NaN') ask_low,
       nullif(ask_close, 'NaN') ask_close, nullif(ask_size, 'NaN')::bigint ask_size
FROM quote_staging;
TRUNCATE quote_staging""",
    copy="COPY quote_staging FROM STDIN (FORMAT BINARY)",
    insert="""
INSERT INTO market_quotebar (start, bid_open, bid_high, bid_low, bid_close, bid_size,
                             ask_open, ask_high, ask_low, ask_close, ask_size, instrument_id, bar_import_id, timeframe)
SELECT start, bid_open, bid_high, bid_low, bid_close, bid_size,
       ask_open, ask_high, ask_low, ask_close, ask_size, instrument_id, %s, %s
FROM quote_found
ON CONFLICT (instrument_id, timeframe, start) DO NOTHING""",
    conflicts="""
SELECT found.line, symbol, found.start,
       stored.bid_open, stored.bid_high, stored.bid_low, stored.bid_close, stored.bid_size,
       stored.ask_open, stored.ask_high, stored.ask_low, stored.ask_close, stored.ask_size,
       found.bid_open, found.bid_high, found.bid_low, found.bid_close, found.bid_size,
       found.ask_open, found.ask_high, found.ask_low, found.ask_close, found.ask_size, count(*) OVER ()
FROM quote_found found
JOIN market_quotebar stored
  ON stored.instrument_id = found.instrument_id AND stored.timeframe = %s AND stored.start = found.start
JOIN market_instrument ON market_instrument.id = found.instrument_id
WHERE stored.bar_import_id <> %s
  AND (stored.bid_open, stored.bid_high, stored.bid_low, stored.bid_close, stored.bid_size,
       stored.ask_open, stored.ask_high, stored.ask_low, stored.ask_close, stored.ask_size)
   IS DISTINCT FROM (found.bid_open, found.bid_high, found.bid_low, found.bid_close, found.bid_size,
                     found.ask_open, found.ask_high, found.ask_low, found.ask_close, found.ask_size)
ORDER BY found.line LIMIT %s""",
)


def quotes_record(
    quotes: QuoteColumns, *, instrument_ids: Ints, lines: Ints, timeframe: Timeframe, bar_import: BarImport
) -> Recorded:
    """Store quote bars that have passed the checks. One that is stored already is never overwritten.

    Safe to repeat, and to run beside another that brings the same quote bars.
    """
    staged = {"line": lines, "instrument_id": instrument_ids, **quotes._asdict()}
    staged["start"] = to_microseconds(quotes.start)
    return rows_record(STATEMENTS, staged, len(lines), timeframe=timeframe, bar_import=bar_import)
