"""Reads of instruments and bars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches

import numpy as np
from django.db import connection

from core.errors import UserError
from market.columns import BarColumns, Timeframe
from market.models import Instrument

# One row of PostgreSQL's binary COPY format: a count of fields, then each with its length before it.
_NUMBERS = ("start", "open", "high", "low", "close", "volume")
_KINDS = (">i8", ">f8", ">f8", ">f8", ">f8", ">i8")
_ROW = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name, kind in zip(_NUMBERS, _KINDS, strict=True)
        for part in ((f"{name}_size", ">i4"), (name, kind))
    ]
)
_HEADER_BYTES, _TRAILER_BYTES = 19, 2


def instrument_get(symbol: str) -> Instrument:
    """Return the instrument of a symbol in any case. Raises UserError naming the closest ones there are."""
    wanted = symbol.strip().upper()
    instrument = Instrument.objects.filter(symbol=wanted).first()
    if instrument is None:
        known = list(Instrument.objects.filter(is_active=True).values_list("symbol", flat=True))
        near = get_close_matches(wanted, known, n=3) or known[:5]
        hint = f"Did you mean {', '.join(near)}?" if near else "No instrument has been imported yet."
        raise UserError(
            f"There is no instrument {symbol!r}. {hint}", fields={"symbols": f"unknown: {symbol}"}
        )
    return instrument


def bars_load(
    symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime
) -> dict[str, BarColumns]:
    """Bars of each symbol that start in `[start, end)`, oldest first; empty columns where there are none."""
    ids = dict(Instrument.objects.filter(symbol__in=list(symbols)).values_list("symbol", "id"))
    return {symbol: _copy_bars(ids[symbol], Timeframe(timeframe), start, end) for symbol in symbols}


def _copy_bars(instrument_id: int, timeframe: Timeframe, start: datetime, end: datetime) -> BarColumns:
    query = (
        "COPY (SELECT extract(epoch FROM start)::bigint, open, high, low, close, volume FROM market_bar "
        "WHERE instrument_id = %s AND timeframe = %s AND start >= %s AND start < %s ORDER BY start) "
        "TO STDOUT (FORMAT BINARY)"
    )
    with (
        connection.cursor() as cursor,
        # psycopg's own cursor: the one that Django wraps around it in DEBUG takes no parameters here.
        cursor.cursor.copy(query, [instrument_id, timeframe.value, start, end]) as copy,
    ):
        content = b"".join(copy)
    rows = np.frombuffer(content[_HEADER_BYTES:-_TRAILER_BYTES], dtype=_ROW)
    return BarColumns._make(rows[name].astype(kind[1:]) for name, kind in zip(_NUMBERS, _KINDS, strict=True))


def session_days(symbol: str, *, most: int = 60) -> list[date]:
    """The newest exchange days of which there are minute bars, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT (start AT TIME ZONE 'America/New_York')::date AS day FROM market_bar "
            "JOIN market_instrument ON market_instrument.id = instrument_id "
            "WHERE symbol = %s AND timeframe = 'minute' ORDER BY day DESC LIMIT %s",
            [symbol, most],
        )
        return [row[0] for row in cursor.fetchall()]
