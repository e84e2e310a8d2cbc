"""Which bars can be true. A bad tick is refused with a reason, never repaired."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.calendar import OUTSIDE, exchange_get, place
from market.columns import HIGHEST_PRICE, Floats, Ints, Timeframe
from market.importing.findings import Findings
from market.importing.options import PRICES
from market.importing.parsing import exchange_text
from market.importing.rows import Rows

Mask = NDArray[np.bool_]

LONGEST_MEMORY = 5_000_000  # bars; what repeats an older one is told as out of order, not as a duplicate


class Tolerance(NamedTuple):
    """Ratios of prices. `bad`: within one bar, or away and straight back, no market does that. `odd`: rare enough to
    say so (a split, another company under the ticker, a crash), but it happens."""

    bad: float
    odd_range: float
    odd_jump: float


# The worst real day in twenty years of 21 symbols is AIG on 2008-09-16: high ÷ low = 4.1. Bad prints start at 9.7,
# and within one minute at 7.
TOLERANCES = {Timeframe.MINUTE: Tolerance(3.0, 1.4, 1.4), Timeframe.DAY: Tolerance(6.0, 2.0, 1.4)}


class Checker:
    """Checks one file's rows in order, chunk by chunk; the size of the chunks changes nothing.

    The last row of each symbol is held back until its next one, or the end, has been seen.
    """

    def __init__(
        self, timeframe: Timeframe, exchange: str, names: list[str], refused: Findings, flagged: Findings
    ) -> None:
        self.timeframe = timeframe
        self.exchange = exchange
        self.zone = exchange_get(exchange).zone
        self.names = names
        self.refused = refused
        self.flagged = flagged
        self.tolerance = TOLERANCES[timeframe]
        self.held = Rows.empty()
        self.last_start: Ints = np.array([], dtype=np.int64)
        self.last_close: Floats = np.array([])
        self.memory: deque[Ints] = deque()

    def check(self, rows: Rows, *, is_last: bool = False) -> Rows:
        """The rows that may be stored, by symbol and time."""
        more = len(self.names) - len(self.last_start)
        self.last_start = np.concatenate([self.last_start, np.zeros(more, dtype=np.int64)])
        self.last_close = np.concatenate([self.last_close, np.full(more, np.nan)])
        rows = self._order(self._ranges(self._prices(rows)).by_symbol())
        return self._neighbours(Rows.join(self.held, rows).by_symbol(), is_last)

    def _refuse(self, rows: Rows, code: str, bad: Mask, reason: Callable[[Rows, int], str]) -> Rows:
        if not bad.any():
            return rows
        gone = rows.pick(bad)
        self.refused.add(code, gone.lines, lambda row: f"{self._name(gone, row)}: {reason(gone, row)}")
        return rows.pick(~bad)

    def _flag(self, rows: Rows, code: str, odd: Mask, reason: Callable[[int], str]) -> None:
        places = np.flatnonzero(odd)
        self.flagged.add(
            code,
            rows.lines[places],
            lambda row: f"{self._name(rows, places[row])}: {reason(int(places[row]))}",
        )

    def _name(self, rows: Rows, row: Any) -> str:
        text = exchange_text(int(rows.bars.start[row]), self.zone)
        return f"{self.names[rows.codes[row]]} {text if self.timeframe is Timeframe.MINUTE else text[:10]}"

    def _prices(self, rows: Rows) -> Rows:
        for name in PRICES:
            price = getattr(rows.bars, name)
            rows = self._refuse(
                rows, "price", (price <= 0) | (price > HIGHEST_PRICE), partial(_price_reason, name)
            )
        _, open_, high, low, close, _ = rows.bars
        bad = (high < np.maximum(open_, close)) | (low > np.minimum(open_, close))
        return self._refuse(rows, "ohlc", bad, _ohlc_reason)

    def _ranges(self, rows: Rows) -> Rows:
        bad = rows.bars.high > self.tolerance.bad * rows.bars.low
        return self._refuse(rows, "impossible_price", bad, partial(_range_reason, self.timeframe))

    def _order(self, rows: Rows) -> Rows:
        # One ascending key for all symbols: the number of the symbol, then the second.
        key = (rows.codes << 34) | rows.bars.start
        before = (rows.codes << 34) | self.last_start[rows.codes]
        highest = np.maximum.accumulate(key)
        latest = np.maximum(before, np.concatenate([before[:1], highest[:-1]]))
        bad = key <= latest
        ordered = rows.pick(~bad)
        self.last_start[ordered.codes] = ordered.bars.start
        self.memory.append(key[~bad])
        while sum(map(len, self.memory)) > LONGEST_MEMORY:
            self.memory.popleft()
        if bad.any():
            late = rows.pick(bad)
            is_twin = np.logical_or.reduce([np.isin(key[bad], known) for known in self.memory])
            seconds = dict(zip(late.lines.tolist(), (latest[bad] & (1 << 34) - 1).tolist(), strict=True))
            late = self._refuse(late, "duplicate", is_twin, lambda *_: "this bar has come before in the file")
            self._refuse(
                late, "not_ascending", np.full(len(late), True), partial(self._order_reason, seconds)
            )
        return ordered

    def _order_reason(self, seconds: dict[int, int], rows: Rows, row: int) -> str:
        latest = exchange_text(seconds[int(rows.lines[row])], self.zone)
        return f"comes after the bar of {latest}, wanted ascending times"

    def _neighbours(self, rows: Rows, is_last: bool) -> Rows:
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

    def _closes_before(self, rows: Rows) -> Floats:
        starts = np.concatenate([[True], rows.codes[1:] != rows.codes[:-1]])[: len(rows)]
        shifted = np.concatenate([[np.nan], rows.bars.close[:-1]])[: len(rows)]
        return np.where(starts, self.last_close[rows.codes], shifted)

    def _flag_odd(self, rows: Rows) -> None:
        bars, before = rows.bars, self._closes_before(rows)
        jump = np.abs(np.log(bars.open / before)) > np.log(self.tolerance.odd_jump)
        self._flag(
            rows, "jump", jump, lambda row: f"opens at {bars.open[row]:g} after a close of {before[row]:g}"
        )
        wide = bars.high > self.tolerance.odd_range * bars.low
        self._flag(rows, "wide_range", wide, lambda row: f"low {bars.low[row]:g}, high {bars.high[row]:g}")
        if self.timeframe is Timeframe.MINUTE:
            _, session = place(bars.start, self.exchange)
            self._flag(rows, "outside_session", session == OUTSIDE, lambda row: "the exchange is closed then")


def _price_reason(name: str, rows: Rows, row: int) -> str:
    return f"{name} is {getattr(rows.bars, name)[row]:g}, wanted above 0 and at most {HIGHEST_PRICE:,.0f}"


def _range_reason(timeframe: Timeframe, rows: Rows, row: int) -> str:
    high, low = rows.bars.high[row], rows.bars.low[row]
    return f"high {high:g} is {high / low:,.1f} times low {low:g} within one {timeframe}"


def _spike_reason(around: dict[int, tuple[float, float]], rows: Rows, row: int) -> str:
    before, after = around[int(rows.lines[row])]
    return f"close {rows.bars.close[row]:g} stands alone between {before:g} before and {after:g} after"


def _ohlc_reason(rows: Rows, row: int) -> str:
    _, open_, high, low, close, _ = (column[row] for column in rows.bars)
    if high < low:
        return f"high {high:g} is below low {low:g}"
    if high < max(open_, close):
        return f"high {high:g} is below {'open' if open_ > high else 'close'} {max(open_, close):g}"
    return f"low {low:g} is above {'open' if open_ < low else 'close'} {min(open_, close):g}"
