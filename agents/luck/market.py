"""A run's orders in the market that it traded in, as its random traders need them: in the shares of its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents.timeline import Timeline
from broker.equity import Floats, Ints
from broker.models import Fill
from trading.corporate_actions import Split
from trading.luck import Orders
from trading.types import Side


class Traded(NamedTuple):
    """One symbol: its orders, and what it takes to follow a random trader through the steps."""

    orders: Orders
    first_row: int  # of the first bar that can be traded in
    rows: Ints  # the row of the last bar at or before each step, −1 before the first
    closes: Floats


def traded_by_symbol(timeline: Timeline, fills: Sequence[Fill], steps: int) -> dict[str, Traded]:
    """Every symbol with bars to trade in, up to the last step that the run has taken."""
    starts = np.asarray(timeline.starts, dtype=np.int64)[:steps]
    found = {}
    for symbol, columns in timeline.columns.items():
        count = int(np.searchsorted(columns.start, starts[-1], side="right"))
        if count < 2:
            continue
        factors = share_factors(timeline, symbol, columns.start[:count])
        own = [fill for fill in fills if fill.symbol == symbol]
        rows = [row_of(columns.start[:count], fill) for fill in own]
        prices = columns.open[1:count] / factors[1:]
        closes = columns.close[:count] / factors
        orders = Orders(
            shares=np.array([signed(fill) * factors[row] for fill, row in zip(own, rows, strict=True)]),
            paid=np.array(
                [float(fill.reference_price) / factors[row] for fill, row in zip(own, rows, strict=True)]
            ),
            opens=prices,
            last=float(closes[-1]),
        )
        places = np.searchsorted(columns.start[:count], starts, side="right") - 1
        found[symbol] = Traded(orders, 1, places, closes)
    return found


def share_factors(timeline: Timeline, symbol: str, starts: Ints) -> Floats:
    """How many shares of the end one share of each bar became."""
    factors = np.ones(len(starts))
    for at, action in timeline.actions_on(symbol):
        if isinstance(action, Split):
            factors[starts < int(at.timestamp())] *= float(action.ratio / action.per)
    return factors


def row_of(starts: Ints, fill: Fill) -> int:
    """The bar that a fill happened in; one at a close is stamped with the bar's end."""
    return max(int(np.searchsorted(starts, int(fill.at.timestamp()), side="right")) - 1, 0)


def signed(fill: Fill) -> int:
    return fill.quantity if fill.side == Side.BUY else -fill.quantity
