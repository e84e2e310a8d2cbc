"""The only reader of bars for whoever decides: it shows what has closed by the simulated clock, and nothing later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from market.columns import BarColumns
from market.indicators import INDICATORS, Indicator
from trading.types import Bar

STRIDE = 8  # the clock usually passes few bars at a time, so look near before looking far


class LookAheadError(Exception):
    """Somebody asked for a bar that has not closed yet. Always a bug in whoever asked."""


class AsOfReader:
    """Bars by symbol behind a clock that only moves forward.

    A bar closes `bar_seconds` after its start, or, where sessions differ in length, at the end that `ends` gives for
    the same place in `starts` (epoch seconds). Before the first `advance_to` nothing has closed.
    """

    __slots__ = ("_bar_seconds", "_ends", "_shelves", "now_seconds")

    def __init__(
        self,
        columns_by_symbol: Mapping[str, BarColumns],
        bar_seconds: int = 60,
        *,
        starts: Sequence[int] = (),
        ends: Sequence[int] = (),
    ) -> None:
        self.now_seconds = -1
        self._bar_seconds = bar_seconds
        self._ends = dict(zip(starts, ends, strict=True))
        self._shelves = {symbol: _Shelf(columns, self._end) for symbol, columns in columns_by_symbol.items()}

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._shelves)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_seconds, UTC)

    def advance_to(self, now: datetime | int) -> None:
        """Set the clock, an aware moment or epoch seconds. Raises ValueError if it would run backwards."""
        seconds = now if isinstance(now, int) else int(now.timestamp())
        if seconds < self.now_seconds:
            raise ValueError(
                f"The clock stands at {self.now:%Y-%m-%d %H:%M:%S} UTC and can't go back to {now}"
            )
        self.now_seconds = seconds

    def count(self, symbol: str) -> int:
        """How many bars of the symbol have closed."""
        return self._shelf(symbol).count

    def window(self, symbol: str, n: int) -> BarColumns:
        """The last n closed bars, fewer if there are fewer. Read-only views that end at the clock."""
        if n < 1:
            raise ValueError(f"A window has at least 1 bar, was asked for {n}")
        shelf = self._shelf(symbol)
        last = shelf.count
        seen = slice(last - n if n < last else 0, last)
        start, open_, high, low, close, volume = shelf.columns
        return BarColumns(start[seen], open_[seen], high[seen], low[seen], close[seen], volume[seen])

    def last_close(self, symbol: str) -> float | None:
        """The close of the last closed bar; None before the first."""
        shelf = self._shelf(symbol)
        return shelf.closes[shelf.count - 1] if shelf.count else None

    def value(self, symbol: str, indicator: Indicator, *params: float) -> float | None:
        """An indicator at the last closed bar; None while undefined. Only causal ones, see `market.indicators`.

        Computed once over all bars, so asking at every step costs a look-up.
        """
        shelf = self._shelf(symbol)
        values = shelf.values.get((indicator, params))
        if values is None:
            if indicator not in INDICATORS.values():
                raise LookAheadError(f"{indicator.__name__} is not registered as causal and might look ahead")
            values = shelf.values[indicator, params] = indicator(shelf.columns, *params).data
        value: float = values[shelf.count - 1] if shelf.count else np.nan
        return value if value == value else None

    def bar_at(self, symbol: str, start: datetime | int) -> Bar | None:
        """The bar that started then; None if nothing traded. Raises LookAheadError unless it has closed."""
        seconds = start if isinstance(start, int) else int(start.timestamp())
        if self._end(seconds) > self.now_seconds:
            raise LookAheadError(
                f"{symbol} bar of {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC has not closed "
                f"at {self.now:%Y-%m-%d %H:%M:%S} UTC"
            )
        columns = self._shelf(symbol).columns
        row = int(np.searchsorted(columns.start, seconds))
        if row == len(columns.start) or columns.start[row] != seconds:
            return None
        return columns.rows(slice(row, row + 1)).to_bars()[0]

    def _shelf(self, symbol: str) -> _Shelf:
        try:
            shelf = self._shelves[symbol]
        except KeyError:
            raise KeyError(f"No bars of {symbol} were loaded; there are {', '.join(self._shelves)}") from None
        if shelf.next_end <= self.now_seconds:
            shelf.move(self.now_seconds)
        return shelf

    def _end(self, start: int) -> int:
        return self._ends.get(start, start + self._bar_seconds)


class _Shelf:
    """All bars of one symbol, and how many of them have closed."""

    __slots__ = ("closes", "columns", "count", "ends", "next_end", "size", "values")

    def __init__(self, columns: BarColumns, end: Callable[[int], int]) -> None:
        if (np.diff(columns.start) <= 0).any():
            raise ValueError("Bars should be in ascending order of their start, each once")
        self.columns = columns.read_only()
        self.closes = np.ascontiguousarray(columns.close).data
        self.size = len(columns.start)
        self.ends = np.array([end(start) for start in columns.start.tolist()], dtype=np.int64).data
        self.values: dict[tuple[Indicator, tuple[float, ...]], memoryview] = {}
        self.count = 0
        self.next_end: float = self.ends[0] if self.size else np.inf

    def move(self, now: int) -> None:
        """Count the bars that have closed by now."""
        near = min(self.count + STRIDE, self.size)
        count = bisect_right(self.ends, now, self.count, near)
        if count == near:
            count = bisect_right(self.ends, now, near)
        self.count = count
        self.next_end = self.ends[count] if count < self.size else np.inf
