"""The only reader of bars for whoever decides: it shows what has closed by the simulated clock, and nothing later."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from market.columns import BarColumns, Ints
from market.indicators import INDICATORS, Indicator
from market.series import Series, Signs
from trading.types import Bar


class LookAheadError(Exception):
    """Somebody asked for a bar that has not closed yet. Always a bug in whoever asked."""


class AsOfReader:
    """Bars by symbol behind a clock that only moves forward, from step to step.

    A step ends when the bars that started with it have closed: at the end that `ends` gives for the same place in
    `starts` (epoch seconds), or, without these, `bar_seconds` after the start of any bar. Before the first step
    nothing has closed. `splits` are by symbol the step whose bars are the first in new shares, counted from 1, and how
    many of these an old share became: from that step on everything is shown in new shares.
    """

    __slots__ = ("_ends", "_shelves", "_starts", "now_seconds", "step")

    def __init__(
        self,
        columns_by_symbol: Mapping[str, BarColumns],
        bar_seconds: int = 60,
        *,
        starts: Sequence[int] | Ints = (),
        ends: Sequence[int] | Ints = (),
        splits: Mapping[str, Sequence[tuple[int, float]]] | None = None,
    ) -> None:
        self.step = 0
        self.now_seconds = -1
        grid = np.asarray(starts, dtype=np.int64)
        if not len(grid):
            grid = steps_of(columns_by_symbol)
            ends = grid + bar_seconds
        # Plain numbers, as the clock is read at every step; arrays, as there may be a million steps.
        self._starts, self._ends = grid.data, np.asarray(ends, dtype=np.int64).data
        self._shelves = {
            symbol: _Shelf(columns, grid, (splits or {}).get(symbol, ()))
            for symbol, columns in columns_by_symbol.items()
        }

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
        self.step = bisect_right(self._ends, seconds, self.step)

    def advance_to_step(self, step: int) -> None:
        """Set the clock to the end of a step, counted from 1. Raises ValueError if it would run backwards."""
        if step < self.step:
            raise ValueError(f"The clock stands at step {self.step} and can't go back to {step}")
        self.step = step
        self.now_seconds = self._ends[step - 1]

    def count(self, symbol: str) -> int:
        """How many bars of the symbol have closed."""
        return self._shelf(symbol).closed[self.step]

    def window(self, symbol: str, n: int) -> BarColumns:
        """The last n closed bars, fewer if there are fewer. Read-only views that end at the clock."""
        if n < 1:
            raise ValueError(f"A window has at least 1 bar, was asked for {n}")
        shelf = self._shelf(symbol)
        last = shelf.closed[self.step]
        seen = slice(last - n if n < last else 0, last)
        start, open_, high, low, close, volume = shelf.columns_at(self.step)
        return BarColumns(start[seen], open_[seen], high[seen], low[seen], close[seen], volume[seen])

    def last_close(self, symbol: str) -> float | None:
        """The close of the last closed bar; None before the first."""
        shelf = self._shelf(symbol)
        count = shelf.closed[self.step]
        return shelf.columns_at(self.step).close.item(count - 1) if count else None

    def value(self, symbol: str, indicator: Indicator, *params: float) -> float | None:
        """An indicator at the last closed bar; None while undefined. Only causal ones, see `market.indicators`."""
        return self.series(symbol, indicator, *params).now()

    def series(self, symbol: str, indicator: Indicator, *params: float) -> Series:
        """An indicator to be asked at every step. Computed once over all bars; shown up to the clock."""
        shelf = self._shelf(symbol)
        series = shelf.series.get((indicator, params))
        if series is None:
            if indicator not in INDICATORS.values():
                raise LookAheadError(f"{indicator.__name__} is not registered as causal and might look ahead")
            # Before the first bar nothing is defined, so the value after k bars has place k.
            editions = [
                (step, np.concatenate([[np.nan], indicator(columns, *params)]))
                for step, columns in shelf.editions
            ]
            series = shelf.series[indicator, params] = Series(self, shelf.closed, editions)
        return series

    def signs(self, left: Series, right: Series | float) -> Signs:
        """Whether one of this reader's series is above another, or above a number, to be asked at every step."""
        return Signs(self, left, right)

    def bar_at(self, symbol: str, start: datetime | int) -> Bar | None:
        """The bar that started then; None if nothing traded. Raises LookAheadError unless it has closed."""
        seconds = start if isinstance(start, int) else int(start.timestamp())
        columns = self._shelf(symbol).columns_at(self.step)
        row = int(np.searchsorted(columns.start, seconds))
        is_there = row < len(columns.start) and columns.start[row] == seconds
        if self._end_of(seconds) > self.now_seconds or seconds >= self.now_seconds:
            raise LookAheadError(
                f"{symbol} bar of {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC has not closed "
                f"at {self.now:%Y-%m-%d %H:%M:%S} UTC"
            )
        return columns.rows(slice(row, row + 1)).to_bars()[0] if is_there else None

    def _end_of(self, start: int) -> int:
        """The end of the step that begins then; where none does, the same moment."""
        row = bisect_left(self._starts, start)
        return self._ends[row] if row < len(self._starts) and self._starts[row] == start else start

    def _shelf(self, symbol: str) -> _Shelf:
        try:
            return self._shelves[symbol]
        except KeyError:
            raise KeyError(f"No bars of {symbol} were loaded; there are {', '.join(self._shelves)}") from None


class _Shelf:
    """All bars of one symbol, and how many of them have closed after each step.

    `editions` are the same bars in the shares of different times, each with the step from which on it is shown.
    """

    __slots__ = ("closed", "editions", "series")

    def __init__(self, columns: BarColumns, starts: Ints, splits: Sequence[tuple[int, float]]) -> None:
        if (columns.start[1:] <= columns.start[:-1]).any():
            raise ValueError("Bars should be in ascending order of their start, each once")
        self.editions = [(0, columns.read_only())]
        for step, ratio in splits:
            columns = in_new_shares(columns, int(starts[step - 1]), ratio)
            self.editions.append((step, columns.read_only()))
        # Where no step is without a bar, counting says the same without a list.
        self.closed: Sequence[int] = range(len(starts) + 1)
        if not np.array_equal(columns.start, starts):
            self.closed = [0, *np.searchsorted(columns.start, starts, side="right").tolist()]
        self.series: dict[tuple[Indicator, tuple[float, ...]], Series] = {}

    def columns_at(self, step: int) -> BarColumns:
        if len(self.editions) == 1:
            return self.editions[0][1]
        return next(columns for since, columns in reversed(self.editions) if since <= step)


def steps_of(columns_by_symbol: Mapping[str, BarColumns]) -> Ints:
    """The start of every bar of any symbol, each once, ascending."""
    starts = [columns.start for columns in columns_by_symbol.values()]
    return np.unique(np.concatenate(starts)) if starts else np.empty(0, dtype=np.int64)


def in_new_shares(columns: BarColumns, since: int, ratio: float) -> BarColumns:
    """The same bars with those that started before `since` in the shares of a split, `ratio` for an old one."""
    is_old = columns.start < since
    prices = [np.where(is_old, price / ratio, price) for price in columns[1:5]]
    volume = np.where(is_old, np.rint(columns.volume * ratio), columns.volume).astype(np.int64)
    return BarColumns._make([columns.start, *prices, volume])
