"""Closes from before a daily run: what its decider may look back on from the first bar on."""

from __future__ import annotations

from datetime import timedelta

from agents.past import DAYS_BACK, splits_of
from market.asof import in_new_shares
from market.columns import BarColumns, Timeframe
from market.following import bars_followed, listings_load
from runs.models import Run


def before_load(run: Run, opens: int) -> dict[str, BarColumns]:
    """Daily bars of each symbol before the run's first day, in the shares of that day, which opens at `opens`.

    None of a symbol that was another security's then.
    """
    first, since = run.date_from, run.date_from - DAYS_BACK
    meant = {
        each.symbol: each.security for each in listings_load(run.symbols, Timeframe.DAY, first, run.date_to)
    }
    listings = [
        listing
        for listing in listings_load(run.symbols, Timeframe.DAY, since, run.date_to)
        if listing.security == meant[listing.symbol]
    ]
    found = bars_followed(listings, Timeframe.DAY, since, first - timedelta(days=1))
    for listing in listings:
        for moment, ratio in splits_of(listing):
            if moment <= opens:
                found[listing.symbol] = in_new_shares(found[listing.symbol], moment, ratio)
    return found
