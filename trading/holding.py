"""A position while nothing but prices changes: what it is worth, and the range that its lots live through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from trading.positions import Position
from trading.reel import Strip, exact


class Holding:
    """Prices are compared as floats, and turned into decimals only where a range grows."""

    __slots__ = ("high", "lots", "low", "quantity", "strip", "symbol")

    def __init__(self, position: Position, strip: Strip) -> None:
        self.symbol, self.lots, self.strip = position.symbol, position.lots, strip
        self.quantity = Decimal(position.quantity)
        # The narrowest range of all lots, a little narrower as a float: what leaves it may leave the exact one.
        self.high = math.nextafter(min([lot.high for lot in self.lots]), -math.inf)
        self.low = math.nextafter(max([lot.low for lot in self.lots]), math.inf)

    def worth(self, index: int, end: int, marks: Mapping[str, Decimal]) -> list[Decimal]:
        """Its value after each of these steps, counted in the strip's window; `marks` are those before them."""
        strip = self.strip
        high, low = max(strip.highs[index:end]), min(strip.lows[index:end])
        if high > self.high or low < self.low:
            self._widen(high, low)
        quantity, closes = self.quantity, strip.closes[index:end]
        if strip.is_dense:
            return [quantity * close for close in closes]  # type: ignore[operator]  # none is missing
        mark, worth = marks[self.symbol], []
        for close in closes:
            mark = mark if close is None else close
            worth.append(quantity * mark)
        return worth

    def _widen(self, high: float, low: float) -> None:
        self.high, self.low = max(self.high, high), min(self.low, low)
        for lot in self.lots:
            lot.widen(exact(high), exact(low))
