"""Bars and corporate actions of securities over days, whatever their tickers were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db.models import Q

from market.calendar import exchange_get
from market.columns import BarColumns, ColumnsT, QuoteColumns, Timeframe
from market.listings import Listing, Move, Register, Span, follow
from market.models import CorporateAction, Instrument
from market.selectors import bars_load, instruments_get, quotes_load
from trading.corporate_actions import CorporateAction as CoreAction
from trading.corporate_actions import Dividend, Split, SymbolChange

Kind = CorporateAction.Kind
MOVES = (Kind.LISTING, Kind.SYMBOL_CHANGE)
RANKS = {Kind.SYMBOL_CHANGE: 0, Kind.SPLIT: 1, Kind.DIVIDEND: 2}


def listings_load(symbols: Iterable[str], timeframe: Timeframe, first: date, last: date) -> list[Listing]:
    """What each symbol means from `first` to `last`, both included. Raises UserError for a symbol that is unknown."""
    wanted = [instrument.symbol for instrument in instruments_get(symbols).values()]
    register = register_load(wanted)
    holders = {symbol: holder_of(register, symbol, timeframe, first, last) for symbol in wanted}
    actions = actions_load((security for security, _ in holders.values() if security), first, last)
    return [listing_of(register, symbol, *holders[symbol], last, actions) for symbol in wanted]


def register_load(tickers: Sequence[str]) -> Register:
    """Every move of the securities that ever had one of these tickers, and of those they met on the way."""
    names: set[str] = set()
    moves: set[Move] = set()
    more = set(tickers)
    while more:
        names |= more
        rows = CorporateAction.objects.filter(
            Q(security__in=more) | Q(old_symbol__in=more) | Q(new_symbol__in=more), kind__in=MOVES
        )
        moves |= {
            Move(*values) for values in rows.values_list("ex_date", "security", "old_symbol", "new_symbol")
        }
        more = {name for move in moves for name in move[1:] if name} - names
    return Register(moves)


def holder_of(
    register: Register, symbol: str, timeframe: Timeframe, first: date, last: date
) -> tuple[str | None, date]:
    """Which security is meant by a symbol, and since when."""
    security = register.security(symbol, first)
    if security is None:
        # Nobody is known to have the ticker yet. Without any bar so far, whoever comes to it first is meant.
        taken = register.taken(symbol, first, None)
        if taken is not None and taken.ex_date <= last:
            before = Listing(symbol, None, (Span(symbol, first, taken.ex_date),))
            if not len(bars_followed([before], timeframe, first, last)[symbol].start):
                return taken.security, taken.ex_date
    return security, first


def actions_load(securities: Iterable[str], first: date, last: date) -> dict[str, list[CorporateAction]]:
    """Splits and dividends of some securities after `first`."""
    found: dict[str, list[CorporateAction]] = {}
    rows = CorporateAction.objects.filter(
        security__in=set(securities), ex_date__gt=first, ex_date__lte=last
    ).exclude(kind__in=MOVES)
    for row in rows:
        found.setdefault(row.security, []).append(row)
    return found


def listing_of(
    register: Register,
    symbol: str,
    security: str | None,
    since: date,
    last: date,
    actions: Mapping[str, Sequence[CorporateAction]],
) -> Listing:
    spans, changes = follow(register, symbol, security, since)
    spans = tuple(span for span in spans if span.first <= last)
    found: list[tuple[date, int, CoreAction]] = [
        (move.ex_date, 0, SymbolChange(symbol, move.new)) for move in changes if move.ex_date <= last
    ]
    found += [
        (row.ex_date, RANKS[Kind(row.kind)], action_of(symbol, row))
        for row in actions.get(security or "", ())
        if row.ex_date > since
    ]
    found.sort(key=lambda each: each[:2])
    return Listing(symbol, security, spans, tuple((day, action) for day, _, action in found))


def action_of(symbol: str, row: CorporateAction) -> CoreAction:
    if row.amount is not None:
        return Dividend(symbol, row.amount.normalize())
    assert row.shares_after is not None
    assert row.shares_before is not None
    return Split(symbol, row.shares_after.normalize(), row.shares_before.normalize())


def bars_followed(
    listings: Iterable[Listing], timeframe: Timeframe, first: date, last: date
) -> dict[str, BarColumns]:
    """Bars of each listing from `first` to `last` by its symbol, as traded, from ticker to ticker."""
    listings = list(listings)
    parts: dict[Span, BarColumns] = {}
    for bounds, spans in spans_by_days(
        (span for each in listings for span in each.spans), first, last
    ).items():
        loaded = bars_load([span.ticker for span in spans], timeframe, *bounds)
        parts |= {span: loaded[span.ticker] for span in spans}
    empty = BarColumns.empty()
    return {
        each.symbol: joined([empty, *(parts.get(span, empty) for span in each.spans)]) for each in listings
    }


def spans_by_days(
    spans: Iterable[Span], first: date, last: date
) -> dict[tuple[datetime, datetime], list[Span]]:
    """Spans by the moments between which they lie within some days, as most of them are the same."""
    wanted = list(spans)
    known = Instrument.objects.filter(symbol__in={span.ticker for span in wanted})
    exchanges = dict(known.values_list("symbol", "exchange"))
    found: dict[tuple[datetime, datetime], list[Span]] = {}
    for span in wanted:
        bounds = days_of(span, first, last, exchanges.get(span.ticker))
        if bounds is not None:
            found.setdefault(bounds, []).append(span)
    return found


def quotes_followed(
    listings: Iterable[Listing], timeframe: Timeframe, first: date, last: date
) -> dict[str, QuoteColumns]:
    """Quote bars of each listing, likewise."""
    listings = list(listings)
    parts: dict[Span, QuoteColumns] = {}
    for bounds, spans in spans_by_days(
        (span for each in listings for span in each.spans), first, last
    ).items():
        loaded = quotes_load([span.ticker for span in spans], timeframe, *bounds)
        parts |= {span: loaded[span.ticker] for span in spans}
    empty = QuoteColumns.empty()
    return {
        each.symbol: joined([empty, *(parts.get(span, empty) for span in each.spans)]) for each in listings
    }


def days_of(span: Span, first: date, last: date, exchange: str | None) -> tuple[datetime, datetime] | None:
    """The part of a span that lies within some days; None if nothing does, or nothing is known of its ticker."""
    begin, end = max(first, span.first), min(last + timedelta(days=1), span.end or date.max)
    if exchange is None or end <= begin:
        return None
    zone = exchange_get(exchange).zone
    return datetime.combine(begin, time.min, zone), datetime.combine(end, time.min, zone)


def joined(parts: Sequence[ColumnsT]) -> ColumnsT:
    return type(parts[0])._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
