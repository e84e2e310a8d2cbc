"""Bars as columns: the form in which they are read, checked and computed with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from trading.types import Bar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HIGHEST_PRICE = 10_000_000.0  # dollars; no share has ever cost a tenth of it


class Timeframe(StrEnum):
    """How long a bar is. A day's bar is `[open, close)` of the regular session."""

    MINUTE = "minute"
    DAY = "day"

    @property
    def bar_seconds(self) -> int:
        """Seconds from start to close. For a day, the full regular session: on an early close a bar closes
        sooner than this says, never later."""
        return 60 if self is Timeframe.MINUTE else 23_400


class BarColumns(NamedTuple):
    """Bars of one symbol, oldest first. `start` is epoch seconds UTC, prices are USD, volume is shares."""

    start: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Ints

    def rows(self, chosen: slice | NDArray[np.bool_] | Ints) -> BarColumns:
        """The bars that a slice, mask or index array chooses; a slice copies nothing."""
        return BarColumns._make(column[chosen] for column in self)

    def read_only(self) -> BarColumns:
        """The same bars through arrays that can't be written to."""
        views = tuple(column.view() for column in self)
        for view in views:
            view.flags.writeable = False
        return BarColumns._make(views)

    def merged(self, each: int) -> BarColumns:
        """Longer bars, each of up to `each` neighbours."""
        edges = np.arange(0, len(self.start), each)
        if not len(edges):
            return self
        return BarColumns(
            start=self.start[edges],
            open=self.open[edges],
            high=np.maximum.reduceat(self.high, edges),
            low=np.minimum.reduceat(self.low, edges),
            close=self.close[np.append(edges[1:], len(self.start)) - 1],
            volume=np.add.reduceat(self.volume, edges),
        )

    def to_bars(self) -> list[Bar]:
        """The bars with exact decimal prices, as the engine takes them."""
        decimals = _Decimals()
        starts = [datetime.fromtimestamp(second, UTC) for second in self.start.tolist()]
        prices = [
            map(decimals.__getitem__, column.tolist())
            for column in (self.open, self.high, self.low, self.close)
        ]
        return list(map(Bar, starts, *prices, self.volume.tolist()))

    @classmethod
    def empty(cls) -> BarColumns:
        return cls.of([])

    @classmethod
    def of(cls, bars: Sequence[tuple[int, float, float, float, float, int]]) -> BarColumns:
        """Columns of `(start, open, high, low, close, volume)` rows."""
        columns = zip(*bars, strict=True) if bars else ((),) * len(cls._fields)
        kinds = (np.int64, *(np.float64,) * 4, np.int64)
        return BarColumns._make(
            np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)
        )


class QuoteColumns(NamedTuple):
    """Best bid and ask of one symbol inside the same intervals as bars, oldest first.

    Prices are USD, sizes shares at the interval's end. A side that was absent is NaN throughout, and so is a size that
    its source does not tell.
    """

    start: Ints
    bid_open: Floats
    bid_high: Floats
    bid_low: Floats
    bid_close: Floats
    bid_size: Floats
    ask_open: Floats
    ask_high: Floats
    ask_low: Floats
    ask_close: Floats
    ask_size: Floats

    def rows(self, chosen: slice | NDArray[np.bool_] | Ints) -> QuoteColumns:
        """The intervals that a slice, mask or index array chooses; a slice copies nothing."""
        return QuoteColumns._make(column[chosen] for column in self)

    @classmethod
    def empty(cls) -> QuoteColumns:
        nothing = np.array([], dtype=np.float64)
        return cls(nothing.astype(np.int64), *(nothing,) * 10)


# What a file of market data holds.
ColumnsT = TypeVar("ColumnsT", BarColumns, QuoteColumns)


class _Decimals(dict[float, Decimal]):
    # Prices repeat, and the shortest spelling of a float is the price as its source wrote it.
    def __missing__(self, price: float) -> Decimal:
        self[price] = decimal = Decimal(repr(price))
        return decimal
