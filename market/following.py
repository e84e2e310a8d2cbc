"""Bars and corporate actions of securities over days, whatever their tickers were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db.models import Q

from market.calendar import exchange_get
from market.columns import BarColumns, ColumnsT, QuoteColumns, Timeframe
from market.listings import Listing, Move, Register, Span, follow
from market.models import CorporateAction, Instrument
from market.selectors import bars_load, instrument_get, quotes_load
from trading.corporate_actions import CorporateAction as CoreAction
from trading.corporate_actions import Dividend, Split, SymbolChange

Kind = CorporateAction.Kind
MOVES = (Kind.LISTING, Kind.SYMBOL_CHANGE)
RANKS = {Kind.SYMBOL_CHANGE: 0, Kind.SPLIT: 1, Kind.DIVIDEND: 2}


def listings_load(symbols: Iterable[str], timeframe: Timeframe, first: date, last: date) -> list[Listing]:
    """What each symbol means from `first` to `last`, both included. Raises UserError for a symbol that is unknown."""
    wanted = [instrument_get(symbol).symbol for symbol in symbols]
    register = register_load(wanted)
    return [listing_of(register, symbol, timeframe, first, last) for symbol in wanted]


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


def listing_of(register: Register, symbol: str, timeframe: Timeframe, first: date, last: date) -> Listing:
    security, since = register.security(symbol, first), first
    if security is None:
        # Nobody is known to have the ticker yet. Without any bar so far, whoever comes to it first is meant.
        taken = register.taken(symbol, first, None)
        if taken is not None and taken.ex_date <= last:
            before = Span(symbol, first, taken.ex_date)
            if not len(span_load(before, timeframe, first, last).start):
                security, since = taken.security, taken.ex_date
    spans, changes = follow(register, symbol, security, since)
    spans = tuple(span for span in spans if span.first <= last)
    actions: list[tuple[date, int, CoreAction]] = [
        (move.ex_date, 0, SymbolChange(symbol, move.new)) for move in changes if move.ex_date <= last
    ]
    rows = CorporateAction.objects.filter(security=security or "", ex_date__gt=since, ex_date__lte=last)
    actions += [
        (row.ex_date, RANKS[Kind(row.kind)], action_of(symbol, row)) for row in rows.exclude(kind__in=MOVES)
    ]
    actions.sort(key=lambda found: found[:2])
    return Listing(symbol, security, spans, tuple((day, action) for day, _, action in actions))


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
    return {
        listing.symbol: joined(
            [BarColumns.empty(), *(span_load(span, timeframe, first, last) for span in listing.spans)]
        )
        for listing in listings
    }


def quotes_followed(
    listings: Iterable[Listing], timeframe: Timeframe, first: date, last: date
) -> dict[str, QuoteColumns]:
    """Quote bars of each listing, likewise."""
    found = {}
    for listing in listings:
        days = [days_of(span, first, last) for span in listing.spans]
        parts = [
            quotes_load([span.ticker], timeframe, *bounds)[span.ticker]
            for span, bounds in zip(listing.spans, days, strict=True)
            if bounds is not None
        ]
        found[listing.symbol] = joined([QuoteColumns.empty(), *parts])
    return found


def span_load(span: Span, timeframe: Timeframe, first: date, last: date) -> BarColumns:
    bounds = days_of(span, first, last)
    return BarColumns.empty() if bounds is None else bars_load([span.ticker], timeframe, *bounds)[span.ticker]


def days_of(span: Span, first: date, last: date) -> tuple[datetime, datetime] | None:
    """The part of a span that lies within some days; None if nothing does, or nothing is known of its ticker."""
    instrument = Instrument.objects.filter(symbol=span.ticker).first()
    begin, end = max(first, span.first), min(last + timedelta(days=1), span.end or date.max)
    if instrument is None or end <= begin:
        return None
    zone = exchange_get(instrument.exchange).zone
    return datetime.combine(begin, time.min, zone), datetime.combine(end, time.min, zone)


def joined(parts: Sequence[ColumnsT]) -> ColumnsT:
    return type(parts[0])._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
