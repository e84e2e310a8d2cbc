"""A position while nothing but prices changes: what it is worth, and the range that its lots live through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from trading.positions import Position
from trading.reel import Ints, Strip, exact

MOST_WORTH = 2**62


class Held(NamedTuple):
    """Shares over some steps, with the last close known at each: exactly, and in units where these hold it."""

    quantity: Decimal
    closes: list[Decimal]
    units: Ints | None


class Holding:
    """Prices are compared as floats, and turned into decimals only where a range grows."""

    __slots__ = ("high", "lots", "low", "mark", "quantity", "strip", "symbol")

    def __init__(self, position: Position, strip: Strip, marks: Mapping[str, Decimal]) -> None:
        self.symbol, self.lots, self.strip = position.symbol, position.lots, strip
        self.quantity = Decimal(position.quantity)
        self.mark = marks[position.symbol]
        # The narrowest range of all lots, a little narrower as a float: what leaves it may leave the exact one.
        self.high = math.nextafter(min([lot.high for lot in self.lots]), -math.inf)
        self.low = math.nextafter(max([lot.low for lot in self.lots]), math.inf)

    def live(self, index: int, end: int) -> None:
        """Live through the prices of these steps, counted in the strip's window."""
        high, low = max(self.strip.highs[index:end]), min(self.strip.lows[index:end])
        if high > self.high or low < self.low:
            self.high, self.low = max(self.high, high), min(self.low, low)
            for lot in self.lots:
                lot.widen(exact(high), exact(low))

    def highest(self, index: int, end: int) -> Decimal:
        """The most that it was worth at these steps, where none lacks a price. What is held is never short here."""
        return self.quantity * exact(max(self.strip.prices[index:end]))

    def worth(self, index: int, end: int, mark: Decimal) -> list[Decimal]:
        """Its value after each of these steps; `mark` is the close known before them."""
        quantity = self.quantity
        return [quantity * close for close in self.closes(index, end, mark)]

    def closes(self, index: int, end: int, mark: Decimal) -> list[Decimal]:
        """The last close known at each of these steps."""
        closes = self.strip.closes[index:end]
        if self.strip.is_dense:
            return closes  # type: ignore[return-value]  # none is missing
        found = []
        for close in closes:
            mark = mark if close is None else close
            found.append(mark)
        return found

    def held(self, index: int, end: int) -> Held:
        """What it was over these steps, which begin where it was made."""
        units = self.strip.units
        if units is not None:
            units = units[index:end] if self.quantity * self.strip.top_units < MOST_WORTH else None
        return Held(self.quantity, self.closes(index, end, self.mark), units)
