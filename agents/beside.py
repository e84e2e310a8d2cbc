"""Buy-and-hold beside a run: the same money, the same fees, without a trader."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from agents.timeline import Timeline
from broker.equity import UNITS, Ints, to_units
from trading.benchmarks import purchase
from trading.settings import ExecutionSettings


def buy_and_hold_units(timeline: Timeline, initial_cash: Decimal, settings: ExecutionSettings) -> Ints:
    """Its equity after each step, in units; the same figures as `trading.benchmarks.buy_and_hold`, column-wise."""
    starts = np.array(timeline.starts, dtype=np.int64)
    equity = np.full(len(starts), int(initial_cash * UNITS), dtype=np.int64)
    part = initial_cash / len(timeline.columns)
    for columns in timeline.columns.values():
        if len(columns.start) < 2:
            continue
        quantity, paid = purchase(columns.rows(slice(1, 2)).to_bars()[0], part, settings)
        closes = np.rint(columns.close * UNITS).astype(np.int64)
        # The last close at or before each step; before the second bar nothing has been bought.
        rows = np.searchsorted(columns.start, starts, side="right") - 1
        worth = quantity * closes[rows] - int(to_units([paid])[0])
        equity += np.where(rows >= 1, worth, 0)
    return equity
