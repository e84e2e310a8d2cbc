"""Daily bars from before a run, for rules that look back over sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from market.calendar import session_bounds
from market.columns import BarColumns, Timeframe
from market.following import bars_followed, listings_load
from market.listings import Listing
from rules.market_view import Past
from trading.corporate_actions import Split

DAYS_BACK = timedelta(days=400)  # more than 250 sessions


def past_load(symbols: list[str], first: date, last: date, own: Mapping[str, BarColumns]) -> dict[str, Past]:
    """The daily bars of each symbol before `first`, followed by the run's `own`, with splits up to `last`."""
    since = first - DAYS_BACK
    listings = listings_load(symbols, Timeframe.DAY, since, last)
    before = bars_followed(listings, Timeframe.DAY, since, first - timedelta(days=1))
    return {
        listing.symbol: Past(joined(before[listing.symbol], own.get(listing.symbol)), splits_of(listing))
        for listing in listings
    }


def joined(before: BarColumns, own: BarColumns | None) -> BarColumns:
    if own is None:
        return before
    return BarColumns._make(map(np.concatenate, zip(before, own, strict=True)))


def splits_of(listing: Listing) -> tuple[tuple[int, float], ...]:
    """By the open of the first session in new shares."""
    return tuple(
        (int(bounds.open.timestamp()), float(action.ratio / action.per))
        for day, action in listing.actions
        if isinstance(action, Split) and (bounds := session_bounds(day)) is not None
    )
