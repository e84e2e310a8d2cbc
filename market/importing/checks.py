"""Which bars can be true. A bad tick is refused with a reason, never repaired."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from market.columns import BarColumns, Floats, Timeframe
from market.importing.checker import Checker, ohlc_fails, ohlc_reason
from market.importing.layouts import BARS
from market.importing.rows import Rows

BarRows = Rows[BarColumns]


class Tolerance(NamedTuple):
    """Ratios of prices. `bad`: within one bar, or away and straight back, no market does that. `odd`: rare enough to
    say so (a split, another company under the ticker, a crash), but it happens."""

    bad: float
    odd_range: float
    odd_jump: float


# The worst real day in twenty years of 21 symbols is AIG on 2008-09-16: high ÷ low = 4.1. Bad prints start at 9.7,
# and within one minute at 7.
TOLERANCES = {Timeframe.MINUTE: Tolerance(3.0, 1.4, 1.4), Timeframe.DAY: Tolerance(6.0, 2.0, 1.4)}


class BarChecker(Checker[BarColumns]):
    """Checks bars of trades. The last row of each symbol is held back until its next one, or the end, has been seen."""

    noun = BARS.noun
    prices = BARS.prices

    def __init__(self, timeframe: Timeframe, *known: Any) -> None:
        super().__init__(timeframe, *known)
        self.tolerance = TOLERANCES[timeframe]
        self.held = Rows.empty(BarColumns)
        self.last_close: Floats = np.array([])

    def check(self, rows: BarRows, *, is_last: bool = False) -> BarRows:
        """The rows that may be stored, by symbol and time."""
        more = len(self.names) - len(self.last_close)
        self.last_close = np.concatenate([self.last_close, np.full(more, np.nan)])
        rows = self._order(self._ranges(self._enclosed(self._price_range(rows))).by_symbol())
        return self._neighbours(Rows.join(self.held, rows).by_symbol(), is_last)

    def _enclosed(self, rows: BarRows) -> BarRows:
        return self._refuse(rows, "ohlc", ohlc_fails(*rows.bars[1:5]), _ohlc_reason)

    def _ranges(self, rows: BarRows) -> BarRows:
        bad = rows.bars.high > self.tolerance.bad * rows.bars.low
        return self._refuse(rows, "impossible_price", bad, partial(_range_reason, self.timeframe))

    def _neighbours(self, rows: BarRows, is_last: bool) -> BarRows:
        if not len(rows):
            return rows
        ends = np.concatenate([rows.codes[1:] != rows.codes[:-1], [True]])
        before, after = (
            self._closes_before(rows),
            np.where(ends, np.nan, np.concatenate([rows.bars.open[1:], [np.nan]])),
        )
        leap, back = np.log(rows.bars.open / before), np.log(after / rows.bars.close)
        limit = np.log(self.tolerance.bad)
        bad = (
            (np.abs(leap) > limit)
            & (np.abs(back) > limit)
            & (leap * back < 0)
            & (np.abs(np.log(after / before)) < limit)
        )
        around = dict(zip(rows.lines[bad].tolist(), zip(before[bad], after[bad], strict=True), strict=True))
        waiting = ends & (not is_last)
        self.held = rows.pick(waiting)
        passed = self._refuse(
            rows.pick(~waiting), "impossible_price", bad[~waiting], partial(_spike_reason, around)
        )
        self._flag_odd(passed)
        self.last_close[passed.codes] = passed.bars.close
        return passed

    def _closes_before(self, rows: BarRows) -> Floats:
        starts = np.concatenate([[True], rows.codes[1:] != rows.codes[:-1]])[: len(rows)]
        shifted = np.concatenate([[np.nan], rows.bars.close[:-1]])[: len(rows)]
        return np.where(starts, self.last_close[rows.codes], shifted)

    def _flag_odd(self, rows: BarRows) -> None:
        bars, before = rows.bars, self._closes_before(rows)
        jump = np.abs(np.log(bars.open / before)) > np.log(self.tolerance.odd_jump)
        self._flag(
            rows, "jump", jump, lambda row: f"opens at {bars.open[row]:g} after a close of {before[row]:g}"
        )
        wide = bars.high > self.tolerance.odd_range * bars.low
        self._flag(rows, "wide_range", wide, lambda row: f"low {bars.low[row]:g}, high {bars.high[row]:g}")
        self._flag_outside(rows)


def _range_reason(timeframe: Timeframe, rows: BarRows, row: int) -> str:
    high, low = rows.bars.high[row], rows.bars.low[row]
    return f"high {high:g} is {high / low:,.1f} times low {low:g} within one {timeframe}"


def _spike_reason(around: dict[int, tuple[float, float]], rows: BarRows, row: int) -> str:
    before, after = around[int(rows.lines[row])]
    return f"close {rows.bars.close[row]:g} stands alone between {before:g} before and {after:g} after"


def _ohlc_reason(rows: BarRows, row: int) -> str:
    _, open_, high, low, close, _ = (column[row] for column in rows.bars)
    return ohlc_reason((open_, high, low, close))
