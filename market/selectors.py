"""Reads of shared facts. They belong to nobody, so nothing here starts from a user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q, QuerySet

from core.errors import UserError
from market.binary_copy import decode, to_seconds
from market.calendar import SESSIONS, exchange_get, expected_minutes, place, session_bounds, trading_days
from market.columns import BarColumns, QuoteColumns, Timeframe
from market.models import Bar, Instrument
from market.symbols import symbol_normalise

MOST_NEAR = 3

# Jumps from one exchange day to the one before it along the index, so that years of minutes cost no more than days.
DAYS_SQL = """
WITH RECURSIVE newest(start) AS (
  SELECT max(start) FROM market_bar WHERE instrument_id = %(instrument)s AND timeframe = %(timeframe)s
  UNION ALL
  SELECT (SELECT max(bar.start) FROM market_bar bar
          WHERE bar.instrument_id = %(instrument)s AND bar.timeframe = %(timeframe)s
            AND bar.start < date_trunc('day', newest.start, %(zone)s))
  FROM newest WHERE newest.start IS NOT NULL
)
SELECT (start AT TIME ZONE %(zone)s)::date FROM newest WHERE start IS NOT NULL LIMIT %(most)s"""

BARS_SQL = """
COPY (SELECT start, open, high, low, close, volume FROM market_bar
      WHERE instrument_id = %s AND timeframe = %s AND start >= %s AND start < %s ORDER BY start LIMIT %s)
TO STDOUT (FORMAT BINARY)"""

MANY_BARS_SQL = """
COPY (SELECT instrument_id, start, open, high, low, close, volume FROM market_bar
      WHERE instrument_id = ANY(%s) AND timeframe = %s AND start >= %s AND start < %s
      ORDER BY instrument_id, start)
TO STDOUT (FORMAT BINARY)"""

QUOTES_SQL = """
COPY (SELECT start, coalesce(bid_open, 'NaN'), coalesce(bid_high, 'NaN'), coalesce(bid_low, 'NaN'),
             coalesce(bid_close, 'NaN'), coalesce(bid_size::float8, 'NaN'), coalesce(ask_open, 'NaN'),
             coalesce(ask_high, 'NaN'), coalesce(ask_low, 'NaN'), coalesce(ask_close, 'NaN'),
             coalesce(ask_size::float8, 'NaN')
      FROM market_quotebar
      WHERE instrument_id = %s AND timeframe = %s AND start >= %s AND start < %s ORDER BY start LIMIT %s)
TO STDOUT (FORMAT BINARY)"""


@dataclass(frozen=True, slots=True)
class SessionCoverage:
    """How much of a session's minutes have a bar."""

    symbol: str
    day: date
    session: str
    present: int
    expected: int

    @property
    def share(self) -> float | None:
        """Bars present ÷ expected; None on a day without that session."""
        return self.present / self.expected if self.expected else None

    @property
    def is_complete(self) -> bool:
        return 0 < self.expected == self.present


def instrument_get(symbol: str) -> Instrument:
    """The instrument of a symbol in any case. Raises UserError naming the closest ones there are."""
    wanted = symbol_normalise(symbol)
    instrument = Instrument.objects.filter(symbol=wanted).first()
    if instrument is None:
        known = list(Instrument.objects.filter(is_active=True).values_list("symbol", flat=True))
        near = get_close_matches(wanted, known, n=MOST_NEAR) or known[:MOST_NEAR]
        hint = f"Did you mean {' or '.join(near)}?" if near else "No bars have been imported yet."
        raise UserError(
            f"There is no instrument {symbol!r}. {hint}",
            code="unknown_symbol",
            fields={"symbols": f"{symbol} is unknown. {hint}"},
        )
    return instrument


def instruments_get(symbols: Iterable[str]) -> dict[str, Instrument]:
    """The instruments of some symbols, by symbol as given. Raises UserError for the first that is unknown."""
    wanted = {symbol: symbol_normalise(symbol) for symbol in symbols}
    found = {
        instrument.symbol: instrument for instrument in Instrument.objects.filter(symbol__in=wanted.values())
    }
    return {symbol: found.get(name) or instrument_get(symbol) for symbol, name in wanted.items()}


def instruments_matching(text: str) -> QuerySet[Instrument]:
    """Instruments in use whose symbol or name has the text in it, by symbol."""
    found = Instrument.objects.filter(is_active=True)
    wanted = text.replace("\0", "").strip()[:60]
    return found.filter(Q(symbol__icontains=wanted) | Q(name__icontains=wanted)) if wanted else found


def bars_load(
    symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime
) -> dict[str, BarColumns]:
    """Bars of each symbol that start in `[start, end)`, oldest first; empty columns where there are none.

    Raises UserError for a symbol that is unknown.
    """
    instruments = instruments_get(symbols)
    if len(instruments) == 1:
        return {
            symbol: _load(found, Timeframe(timeframe), start, end) for symbol, found in instruments.items()
        }
    # Many come in one stream, as each query of its own costs more than its rows.
    names = ("instrument", *BarColumns._fields)
    ids = sorted({instrument.pk for instrument in instruments.values()})
    columns = _copied(MANY_BARS_SQL, names, [ids, Timeframe(timeframe).value, start, end])
    edges = np.searchsorted(columns.pop("instrument"), [*ids, ids[-1] + 1 if ids else 0])
    together = BarColumns(**columns)
    rows = {pk: slice(*edges[place : place + 2]) for place, pk in enumerate(ids)}
    return {symbol: together.rows(rows[found.pk]) for symbol, found in instruments.items()}


def steps_present(symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime) -> int:
    """How many moments in `[start, end)` begin a bar of any of the symbols."""
    found = _between(symbols, timeframe, start, end).aggregate(steps=Count("start", distinct=True))
    return int(found["steps"])


def steps_begun(
    symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime
) -> list[datetime]:
    """The moments in `[start, end)` that begin a bar of any of the symbols, oldest first."""
    found = _between(symbols, timeframe, start, end).order_by("start").values_list("start", flat=True)
    return list(found.distinct())


def _between(
    symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime
) -> QuerySet[Bar]:
    ids = Instrument.objects.filter(symbol__in=list(symbols)).values("pk")
    bars = Bar.objects.filter(instrument__in=ids, timeframe=Timeframe(timeframe).value)
    return bars.filter(start__gte=start, start__lt=end)


def bars_page(
    symbol: str, timeframe: Timeframe | str, start: datetime, end: datetime, limit: int
) -> tuple[BarColumns, datetime | None]:
    """At most `limit` bars that start in `[start, end)`, and the start of the bar after them, None at the end.

    Raises UserError for a symbol that is unknown.
    """
    bars = _load(instrument_get(symbol), Timeframe(timeframe), start, end, most=limit + 1)
    if len(bars.start) <= limit:
        return bars, None
    return bars.rows(slice(limit)), datetime.fromtimestamp(int(bars.start[limit]), UTC)


def quotes_load(
    symbols: Iterable[str], timeframe: Timeframe | str, start: datetime, end: datetime
) -> dict[str, QuoteColumns]:
    """Quote bars of each symbol that start in `[start, end)`, oldest first; empty columns where there are none.

    Raises UserError for a symbol that is unknown.
    """
    return {
        symbol: QuoteColumns(
            **_copied(
                QUOTES_SQL,
                QuoteColumns._fields,
                [instrument.pk, Timeframe(timeframe).value, start, end, None],
            )
        )
        for symbol, instrument in instruments_get(symbols).items()
    }


def price_history(
    symbol: str, timeframe: Timeframe | str, start: datetime, end: datetime, *, most: int = 1000
) -> BarColumns:
    """Bars for candles, neighbours merged evenly so that at most `most` remain."""
    bars = bars_load([symbol], timeframe, start, end)[symbol]
    return bars if len(bars.start) <= most else bars.merged(-(-len(bars.start) // most))


def session_days(symbol: str, timeframe: Timeframe | str = Timeframe.MINUTE, *, most: int = 60) -> list[date]:
    """The newest exchange days that have bars, newest first. Raises UserError for an unknown symbol."""
    instrument = instrument_get(symbol)
    values = {
        "instrument": instrument.pk,
        "timeframe": Timeframe(timeframe).value,
        "zone": exchange_get(instrument.exchange).zone.key,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(DAYS_SQL, values)
        return [day for (day,) in cursor.fetchall()]


def days_in_common(symbols: Iterable[str], *, most: int = 60) -> list[date]:
    """Days on which every symbol has minute bars, newest first: what a run of them all can choose from."""
    days = [session_days(symbol, most=most) for symbol in symbols]
    return sorted(set(days[0]).intersection(*days[1:]), reverse=True) if days else []


def session_coverage(symbol: str, day: date, session: str = "regular") -> SessionCoverage:
    """Bars present and expected in one session. Raises UserError for an unknown symbol or session."""
    instrument = instrument_get(symbol)
    bounds = session_bounds(day, session, instrument.exchange)
    present = 0
    if bounds is not None:
        bars = Bar.objects.filter(instrument=instrument, timeframe=Timeframe.MINUTE.value)
        present = bars.filter(start__gte=bounds.open, start__lt=bounds.close).count()
    return SessionCoverage(
        instrument.symbol, day, session, present, expected_minutes(day, session, instrument.exchange)
    )


def coverage_calendar(
    symbol: str, first: date, last: date, session: str = "regular"
) -> list[SessionCoverage]:
    """The coverage of each trading day from `first` to `last`, oldest first; days without a bar have 0 present."""
    instrument = instrument_get(symbol)
    days = trading_days(first, last, instrument.exchange)
    bounds = [
        found for day in days if (found := session_bounds(day, session, instrument.exchange)) is not None
    ]
    if not bounds:
        return []
    bars = _load(instrument, Timeframe.MINUTE, bounds[0].open, bounds[-1].close)
    rows, sessions = place(bars.start, instrument.exchange)
    found_rows, counts = np.unique(rows[sessions == SESSIONS.index(session)], return_counts=True)
    first_row = place(np.array([int(bounds[0].open.timestamp())]), instrument.exchange)[0][0]
    present = dict(zip((found_rows - first_row).tolist(), counts.tolist(), strict=True))
    return [
        SessionCoverage(
            instrument.symbol,
            day,
            session,
            present.get(place_, 0),
            int((close - opens).total_seconds()) // 60,
        )
        for place_, (day, (opens, close)) in enumerate(zip(days, bounds, strict=True))
    ]


def _load(
    instrument: Instrument, timeframe: Timeframe, start: datetime, end: datetime, most: int | None = None
) -> BarColumns:
    values = [instrument.pk, timeframe.value, start, end, most]
    return BarColumns(**_copied(BARS_SQL, BarColumns._fields, values))


def _copied(statement: str, names: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    with (
        connection.cursor() as cursor,
        # psycopg's own cursor: the one that Django wraps around it in DEBUG takes no parameters here.
        cursor.cursor.copy(statement, values) as copy,
    ):
        columns = decode(copy, names)
    return {**columns, "start": to_seconds(columns["start"])}
