"""Quote bars of a run beside its reel: checked once, turned into exact decimals only where a step asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trading.money import check_quote
from trading.reel import Ints, exact
from trading.types import Quote

Floats = NDArray[np.float64]


class QuoteColumns(Protocol):
    """Quote bars of one symbol, oldest first: epoch seconds UTC, dollars; NaN where a side was absent."""

    @property
    def start(self) -> Ints: ...
    @property
    def bid_open(self) -> Floats: ...
    @property
    def bid_high(self) -> Floats: ...
    @property
    def bid_low(self) -> Floats: ...
    @property
    def bid_close(self) -> Floats: ...
    @property
    def ask_open(self) -> Floats: ...
    @property
    def ask_high(self) -> Floats: ...
    @property
    def ask_low(self) -> Floats: ...
    @property
    def ask_close(self) -> Floats: ...


class QuoteReel:
    """The quotes that close with each step, counted from 0; a symbol without any in that step is absent.

    Raises ValueError for quotes that no market shows and for quotes that come out of order.
    """

    def __init__(self, columns: Mapping[str, QuoteColumns], starts: Sequence[int] | Ints) -> None:
        self._columns = {symbol: _prices(quotes) for symbol, quotes in columns.items()}
        self._rows = {
            symbol: _rows_of(quotes.start, np.asarray(starts)) for symbol, quotes in columns.items()
        }
        for symbol, quotes in columns.items():
            _check(symbol, quotes)

    def __call__(self, step: int) -> dict[str, Quote]:
        found = {}
        for symbol, rows in self._rows.items():
            row = rows.item(step)
            if row >= 0:
                found[symbol] = _quote(self._columns[symbol], row)
        return found


def _prices(quotes: QuoteColumns) -> list[Floats]:
    return [getattr(quotes, name) for name in Quote._fields]


def _quote(columns: list[Floats], row: int) -> Quote:
    prices = (column.item(row) for column in columns)
    return Quote(*(exact(price) if price == price else None for price in prices))


def _rows_of(quoted: Ints, starts: Ints) -> Ints:
    """The row of each step's quotes, -1 where there are none; quotes between steps are left out."""
    if not len(quoted):
        return np.full(len(starts), -1, dtype=np.int64)
    rows = np.minimum(np.searchsorted(quoted, starts), len(quoted) - 1)
    found: Ints = np.where(quoted[rows] == starts, rows, -1)
    return found


def _check(symbol: str, quotes: QuoteColumns) -> None:
    prices = np.array(_prices(quotes))
    crossed = (quotes.bid_open > quotes.ask_open) | (quotes.bid_close > quotes.ask_close)
    bad = crossed | ((prices <= 0) | np.isinf(prices)).any(axis=0)
    if bad.any():
        row = int(np.argmax(bad))
        when = datetime.fromtimestamp(int(quotes.start[row]), UTC)
        check_quote(f"{symbol} {when.isoformat()}", _quote(_prices(quotes), row))
    late = np.diff(quotes.start) <= 0
    if late.any():
        when = datetime.fromtimestamp(int(quotes.start[int(np.argmax(late)) + 1]), UTC)
        raise ValueError(f"{symbol} quotes are out of order at {when.isoformat()}")
