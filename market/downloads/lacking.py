"""What lacks before somebody may rely on days: of which symbols they are neither stored whole nor answered for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from market.columns import Timeframe
from market.downloads.models import FetchedDays
from market.downloads.plan import days_between
from market.feeds.rows import exchange_date, midnight_of
from market.selectors import coverage_calendar, steps_begun


def symbols_lacking(
    feed: str, timeframe: Timeframe, symbols: Sequence[str], first: date, last: date, *, session: str
) -> list[str]:
    """The symbols of which some trading day from `first` to `last` is not whole.

    A day is whole if each minute of the session has a bar, or the day one; or if this feed has answered for it to its
    end, so that what lacks was never traded. Raises UserError for an unknown symbol or session.
    """
    days = set(days_between(first, last))
    answered = days_answered(feed, timeframe, symbols, days)
    lacking = []
    for symbol in symbols:
        left = days - answered[symbol]
        if left and left - days_stored(symbol, timeframe, first, last, session):
            lacking.append(symbol)
    return lacking


def days_answered(
    feed: str, timeframe: Timeframe, symbols: Sequence[str], days: set[date]
) -> dict[str, set[date]]:
    """By symbol, those of the days for which the feed's answer had bars up to their end."""
    found: dict[str, set[date]] = {symbol: set() for symbol in symbols}
    rows = FetchedDays.objects.filter(
        feed=feed, timeframe=timeframe.value, is_quotes=False, symbol__in=symbols, through__isnull=False
    )
    for symbol, first, through in rows.values_list("symbol", "first", "through"):
        assert through is not None, "those without an end are left out"
        found[symbol].update(day for day in days if first <= day <= through)
    return found


def days_stored(symbol: str, timeframe: Timeframe, first: date, last: date, session: str) -> set[date]:
    """The trading days of which every bar is in the table, whoever brought it."""
    if timeframe is Timeframe.MINUTE:
        return {found.day for found in coverage_calendar(symbol, first, last, session) if found.is_complete}
    start, end = (datetime.fromtimestamp(midnight_of(day), UTC) for day in (first, last + timedelta(days=1)))
    begun = steps_begun([symbol], timeframe, start, end)
    return {exchange_date(int(start.timestamp())) for start in begun}
