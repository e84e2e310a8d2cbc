"""A position while nothing but prices changes: what it is worth, and the range that its lots live through."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

from trading.positions import Position
from trading.reel import Ints, Strip, exact

MOST_WORTH = 2**62


class Held(NamedTuple):
    """Shares over some steps, with the closes of these, and in units where these hold them."""

    quantity: Decimal
    closes: list[float | None]
    mark: Decimal  # the close known before them
    units: Ints | None

    def worth(self) -> list[Decimal]:
        """Their value after each step, at the last close known."""
        quantity, mark, found = self.quantity, self.mark, []
        for close in self.closes:
            if close is not None:
                mark = exact(close)
            found.append(quantity * mark)
        return found


class Holding:
    """Prices are compared as floats, and turned into decimals only where a range grows."""

    __slots__ = ("high", "lots", "low", "quantity", "strip", "symbol")

    def __init__(self, position: Position, strip: Strip) -> None:
        self.symbol, self.lots, self.strip = position.symbol, position.lots, strip
        self.quantity = Decimal(position.quantity)
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
        return self.quantity * exact(max(self.strip.closes[index:end]))  # type: ignore[type-var, arg-type]  # none is missing

    def held(self, index: int, end: int, mark: Decimal) -> Held:
        """What it was over these steps; `mark` is the close known before them."""
        units = self.strip.units
        if units is not None:
            units = units[index:end] if self.quantity * self.strip.top_units < MOST_WORTH else None
        return Held(self.quantity, self.strip.closes[index:end], mark, units)
