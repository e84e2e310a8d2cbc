"""Bars of a run as columns, laid out as steps: checked once, turned into exact decimals only where they are needed."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trading.corporate_actions import CorporateAction
from trading.money import check_bar
from trading.types import Bar, Quote, new

Ints = NDArray[np.int64]
WINDOW = 2048
MOST_PRICES = 16_384
UNITS = 100_000_000  # whole numbers of money are hundred-millionths of a dollar
MOST_UNITS = 10**15  # a decimal of up to 15 digits is the shortest spelling of its float


class Columns(Protocol):
    """Bars of one symbol, oldest first: epoch seconds UTC, dollars, shares."""

    @property
    def start(self) -> NDArray[np.int64]: ...
    @property
    def open(self) -> NDArray[np.float64]: ...
    @property
    def high(self) -> NDArray[np.float64]: ...
    @property
    def low(self) -> NDArray[np.float64]: ...
    @property
    def close(self) -> NDArray[np.float64]: ...
    @property
    def volume(self) -> NDArray[np.int64]: ...


class _Exact(dict[float, Decimal]):
    """Prices that were met, spelled out; they repeat."""

    def __missing__(self, price: float) -> Decimal:
        if len(self) >= MOST_PRICES:
            self.clear()
        found = self[price] = Decimal(repr(price))
        return found


# A float by its shortest spelling, which is the price as its source wrote it.
exact: Callable[[float], Decimal] = _Exact().__getitem__


@dataclass(frozen=True, slots=True)
class Strip:
    """One symbol over a window of steps. Where it has no bar, `closes` is None and no high or low can be a new one."""

    highs: list[float]
    lows: list[float]
    closes: list[float | None]
    units: Ints | None  # the same in units; None where a price is missing, or is no whole number of them
    top_units: int  # the highest of them
    is_dense: bool  # it has a bar at every step


@dataclass(frozen=True, slots=True)
class Window:
    """The steps from `first` to `end` (exclusive), unpacked."""

    first: int
    end: int
    ends: Ints  # of each step, epoch seconds UTC
    strips: dict[str, Strip]

    def now(self, index: int) -> datetime:
        """The end of a step, counted from the window's first."""
        return datetime.fromtimestamp(self.ends.item(index), UTC)


class Reel:
    """The steps of a run, counted from 0: step k closes at `ends[k]` and shows the bars that started at `starts[k]`.

    `opens` are the steps (after the first) with which a new session begins. `is_open`: more steps will follow, so that the
    last of these is not the run's. Raises ValueError for bars that no market
    prints, that come out of order or that belong to no step.
    """

    def __init__(
        self,
        columns: Mapping[str, Columns],
        starts: Sequence[int] | Ints,
        ends: Sequence[int] | Ints,
        *,
        opens: Iterable[int] = (),
        quotes: Callable[[int], Mapping[str, Quote]] | None = None,
        actions: Mapping[int, Sequence[CorporateAction]] | None = None,
        is_open: bool = False,
    ) -> None:
        self.columns = columns
        self.is_open = is_open
        self.starts: Ints = np.asarray(starts, dtype=np.int64)
        self.ends: Ints = np.asarray(ends, dtype=np.int64)
        self.opens = frozenset(opens)
        self.quotes = quotes
        self.actions = actions or {}
        self._window: Window | None = None
        _check_steps(self.starts, self.ends)
        self._rows = {symbol: self._rows_of(symbol, bars) for symbol, bars in columns.items()}
        last = len(self.ends) - 1
        # Steps at which more happens than a change of prices.
        self._marked = sorted({*self.opens, *(step - 1 for step in self.opens), *self.actions, last})

    def __len__(self) -> int:
        return len(self.ends)

    def is_last(self, step: int) -> bool:
        """Whether no bar will follow at all."""
        return step == len(self) - 1 and not self.is_open

    def now(self, step: int) -> datetime:
        return datetime.fromtimestamp(self.ends.item(step), UTC)

    def start(self, step: int) -> datetime:
        return datetime.fromtimestamp(self.starts.item(step), UTC)

    def bars(self, step: int, symbols: Collection[str] | None = None) -> dict[str, Bar]:
        """The bars that close with this step, of all symbols or of some; a symbol without one is absent."""
        window, start, found = self.window(step), self.start(step), {}
        index = step - window.first
        for symbol, strip in window.strips.items():
            close = strip.closes[index]
            if close is None or (symbols is not None and symbol not in symbols):
                continue
            bars, row = self.columns[symbol], self._rows[symbol].item(step)
            high, low = exact(strip.highs[index]), exact(strip.lows[index])
            own = (start, exact(bars.open.item(row)), high, low, exact(close), bars.volume.item(row))
            found[symbol] = new(Bar, own)
        return found

    def next_marked(self, step: int) -> int:
        """The first step from here on that begins or ends a session or has a corporate action."""
        return self._marked[bisect_left(self._marked, step)]

    def window(self, step: int) -> Window:
        """The unpacked steps around `step`; consecutive calls unpack each step once."""
        if self._window is None or not self._window.first <= step < self._window.end:
            first = step - step % WINDOW
            end = min(first + WINDOW, len(self))
            strips = {symbol: self._strip(symbol, first, end) for symbol in self.columns}
            self._window = Window(first, end, self.ends[first:end], strips)
        return self._window

    def _strip(self, symbol: str, first: int, end: int) -> Strip:
        bars, rows = self.columns[symbol], self._rows[symbol][first:end]
        highs, lows = bars.high[rows].tolist(), bars.low[rows].tolist()
        prices = bars.close[rows]
        closes: list[float | None] = prices.tolist()
        gaps = np.flatnonzero(rows < 0).tolist()
        for gap in gaps:
            closes[gap] = None
            highs[gap], lows[gap] = -math.inf, math.inf
        units = None if gaps else units_of(prices)
        top = 0 if units is None else int(units.max())
        return Strip(highs, lows, closes, units, top, is_dense=not gaps)

    def _rows_of(self, symbol: str, bars: Columns) -> NDArray[np.int32]:
        """The row of each step's bar, -1 where there is none."""
        self._check_bars(symbol, bars)
        if np.array_equal(bars.start, self.starts):
            return np.arange(len(self.starts), dtype=np.int32)
        steps = np.searchsorted(self.starts, bars.start)
        inside = np.minimum(steps, len(self.starts) - 1)
        stray = (steps >= len(self.starts)) | (self.starts[inside] != bars.start)
        if stray.any():
            when = datetime.fromtimestamp(int(bars.start[int(np.argmax(stray))]), UTC)
            raise ValueError(f"{symbol} has a bar at {when.isoformat()}, where no step begins")
        rows = np.full(len(self.starts), -1, dtype=np.int32)
        rows[steps] = np.arange(len(bars.start))
        return rows

    def _check_bars(self, symbol: str, bars: Columns) -> None:
        columns = (bars.open, bars.high, bars.low, bars.close)
        # A comparison with NaN is false, and what lies between a price above 0 and a finite one is finite.
        sane = (bars.low > 0) & np.isfinite(bars.high) & (bars.volume >= 0)
        for price in (bars.open, bars.close):
            sane &= (bars.low <= price) & (price <= bars.high)
        if not sane.all():
            row = int(np.argmin(sane))
            start = datetime.fromtimestamp(int(bars.start[row]), UTC)
            prices = (Decimal(repr(float(column[row]))) for column in columns)
            check_bar(symbol, Bar(start, *prices, int(bars.volume[row])))  # type: ignore[call-arg, arg-type]  # four prices
        is_late = bars.start[1:] <= bars.start[:-1]
        if is_late.any():
            row = int(np.argmax(is_late)) + 1
            start = datetime.fromtimestamp(int(bars.start[row]), UTC)
            raise ValueError(f"{symbol} bars are out of order at {start.isoformat()}")


def units_of(prices: NDArray[np.float64]) -> Ints | None:
    """Prices in units, if that is what their shortest spellings say."""
    if prices.max(initial=0) * UNITS >= MOST_UNITS:
        return None
    units: Ints = np.rint(prices * UNITS).astype(np.int64)
    return units if np.array_equal(units / UNITS, prices) else None


def _check_steps(starts: Ints, ends: Ints) -> None:
    if len(starts) != len(ends):
        raise ValueError(f"Each step should have a start and an end, found {len(starts)} and {len(ends)}")
    if (starts >= ends).any() or (starts[1:] < ends[:-1]).any():
        raise ValueError(
            "Steps should follow each other: each ends after it starts and before the next begins"
        )
