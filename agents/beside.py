"""Buy-and-hold beside a run: the same money, the same fees, without a trader."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from agents.timeline import Timeline
from broker.equity import UNITS, Ints, to_units
from market.columns import BarColumns
from trading.benchmarks import Actions, Held, purchase
from trading.reel import exact
from trading.settings import ExecutionSettings


def buy_and_hold_units(timeline: Timeline, initial_cash: Decimal, settings: ExecutionSettings) -> Ints:
    """Its equity after each step, in units; the same figures as `trading.benchmarks.buy_and_hold`, column-wise."""
    starts = timeline.starts
    equity = np.full(len(starts), int(initial_cash * UNITS), dtype=np.int64)
    part = initial_cash / len(timeline.columns)
    quotes = timeline.quote_reel()
    for symbol, columns in timeline.columns.items():
        if len(columns.start) < 2:
            continue
        bar = columns.rows(slice(1, 2)).to_bars()[0]
        quote = quotes(int(np.searchsorted(starts, columns.start[1]))).get(symbol) if quotes else None
        quantity, paid = purchase(bar, part, settings, quote)
        gains = gains_of(columns, Held(quantity, -paid, bar.open), timeline.actions_on(symbol))
        # What the last bar at or before each step came to; before the second bar nothing has been bought.
        rows = np.searchsorted(columns.start, starts, side="right") - 1
        gains = gains[rows]
        gains[rows < 1] = 0
        equity += gains
    return equity


def gains_of(columns: BarColumns, held: Held, actions: Actions) -> Ints:
    """Units won or lost after each bar; `held` from the second one's open on."""
    closes = np.rint(columns.close * UNITS).astype(np.int64)
    gains: Ints = closes * held.quantity
    gains += to_units([held.cash])[0]
    last_row = 0
    for at, action in actions:
        row = int(np.searchsorted(columns.start, int(at.timestamp())))
        if 1 < row < len(closes):
            if row != last_row:
                held, last_row = held._replace(mark=exact(columns.close.item(row - 1))), row
            held = held.after(action)
            gains[row:] = held.quantity * closes[row:] + to_units([held.cash])[0]
    return gains
