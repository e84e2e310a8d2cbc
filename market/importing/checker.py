"""What holds for bars and quote bars alike: ascending times, each once; and how a refusal is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Generic

import numpy as np
from numpy.typing import NDArray

from market.calendar import OUTSIDE, exchange_get, place
from market.columns import HIGHEST_PRICE, ColumnsT, Floats, Ints, Timeframe
from market.importing.findings import Findings
from market.importing.parsing import exchange_text
from market.importing.rows import Rows

Mask = NDArray[np.bool_]

LONGEST_MEMORY = 5_000_000  # bars; what repeats an older one is told as out of order, not as a duplicate


class Checker(ABC, Generic[ColumnsT]):
    """Checks one file's rows in order, chunk by chunk; the size of the chunks changes nothing."""

    noun: ClassVar[str]
    prices: ClassVar[tuple[str, ...]]

    def __init__(
        self, timeframe: Timeframe, exchange: str, names: list[str], refused: Findings, flagged: Findings
    ) -> None:
        self.timeframe = timeframe
        self.exchange = exchange
        self.zone = exchange_get(exchange).zone
        self.names = names
        self.refused = refused
        self.flagged = flagged
        self.last_start: Ints = np.array([], dtype=np.int64)
        self.memory: deque[Ints] = deque()

    @abstractmethod
    def check(self, rows: Rows[ColumnsT], *, is_last: bool = False) -> Rows[ColumnsT]:
        """The rows that may be stored, by symbol and time."""

    def _refuse(
        self, rows: Rows[ColumnsT], code: str, bad: Mask, reason: Callable[[Rows[ColumnsT], int], str]
    ) -> Rows[ColumnsT]:
        if not bad.any():
            return rows
        gone = rows.pick(bad)
        self.refused.add(code, gone.lines, lambda row: f"{self._name(gone, row)}: {reason(gone, row)}")
        return rows.pick(~bad)

    def _flag(self, rows: Rows[ColumnsT], code: str, odd: Mask, reason: Callable[[int], str]) -> None:
        places = np.flatnonzero(odd)
        self.flagged.add(
            code,
            rows.lines[places],
            lambda row: f"{self._name(rows, places[row])}: {reason(int(places[row]))}",
        )

    def _flag_outside(self, rows: Rows[ColumnsT]) -> None:
        if self.timeframe is Timeframe.MINUTE:
            _, session = place(rows.bars.start, self.exchange)
            self._flag(rows, "outside_session", session == OUTSIDE, lambda row: "the exchange is closed then")

    def _name(self, rows: Rows[ColumnsT], row: Any) -> str:
        text = exchange_text(int(rows.bars.start[row]), self.zone)
        return f"{self.names[rows.codes[row]]} {text if self.timeframe is Timeframe.MINUTE else text[:10]}"

    def _price_range(self, rows: Rows[ColumnsT]) -> Rows[ColumnsT]:
        for name in self.prices:
            price: Floats = getattr(rows.bars, name)
            bad: Mask = (price <= 0) | (price > HIGHEST_PRICE)
            rows = self._refuse(rows, "price", bad, partial(_price_reason, name))
        return rows

    def _order(self, rows: Rows[ColumnsT]) -> Rows[ColumnsT]:
        more = len(self.names) - len(self.last_start)
        self.last_start = np.concatenate([self.last_start, np.zeros(more, dtype=np.int64)])
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
            late = self._refuse(
                late, "duplicate", is_twin, lambda *_: f"this {self.noun} has come before in the file"
            )
            self._refuse(
                late, "not_ascending", np.full(len(late), True), partial(self._order_reason, seconds)
            )
        return ordered

    def _order_reason(self, seconds: dict[int, int], rows: Rows[ColumnsT], row: int) -> str:
        latest = exchange_text(seconds[int(rows.lines[row])], self.zone)
        return f"comes after the {self.noun} of {latest}, wanted ascending times"


def ohlc_fails(open_: Floats, high: Floats, low: Floats, close: Floats) -> Mask:
    """Where high and low don't enclose open and close; what is absent encloses."""
    bad: Mask = (high < np.maximum(open_, close)) | (low > np.minimum(open_, close))
    return bad


def ohlc_reason(prices: tuple[float, float, float, float], prefix: str = "") -> str:
    """Say which price is out of place; `prefix` stands before the names, such as "bid "."""
    open_, high, low, close = prices
    if high < low:
        return f"{prefix}high {high:g} is below low {low:g}"
    if high < max(open_, close):
        return f"{prefix}high {high:g} is below {'open' if open_ > high else 'close'} {max(open_, close):g}"
    return f"{prefix}low {low:g} is above {'open' if open_ < low else 'close'} {min(open_, close):g}"


def _price_reason(name: str, rows: Rows[Any], row: int) -> str:
    return f"{name} is {getattr(rows.bars, name)[row]:g}, wanted above 0 and at most {HIGHEST_PRICE:,.0f}"
