"""What is held of one instrument: lots, closed first in first out into round trips."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.money import ZERO
from trading.types import Fill, Side, new


@dataclass(slots=True)
class Lot:
    """Shares bought (or sold short, negative) in one fill, and the range of prices seen since."""

    quantity: int
    price: Decimal
    fee: Decimal
    at: datetime
    step: int
    high: Decimal
    low: Decimal

    def widen(self, high: Decimal, low: Decimal) -> None:
        """Note the range of prices that the lot has lived through."""
        if high > self.high:
            self.high = high
        if low < self.low:
            self.low = low


class RoundTrip(NamedTuple):
    """Shares opened and closed again. `pnl` is after `fees`; `mae` and `mfe` are the worst and best unrealised
    dollars on the way (mae <= 0 <= mfe), from the prices that must have come between entry and exit."""

    symbol: str
    direction: str  # "long" or "short"
    quantity: int
    entry_price: Decimal
    exit_price: Decimal
    entry_at: datetime
    exit_at: datetime
    entry_step: int
    exit_step: int
    fees: Decimal
    pnl: Decimal
    mae: Decimal
    mfe: Decimal

    @property
    def gross_pnl(self) -> Decimal:
        return self.pnl + self.fees


@dataclass(slots=True)
class Position:
    symbol: str
    quantity: int = 0  # signed; always the sum of the lots
    lots: list[Lot] = field(default_factory=list)

    @property
    def cost(self) -> Decimal:
        """Signed dollars paid for what is held (negative: received for a short), without fees."""
        return sum((lot.quantity * lot.price for lot in self.lots), ZERO)

    @property
    def average_price(self) -> Decimal:
        return self.cost / self.quantity

    def unrealised(self, mark: Decimal) -> Decimal:
        return self.quantity * mark - self.cost

    def apply(self, fill: Fill) -> list[RoundTrip]:
        """Close lots against the fill, oldest first, and open one with what is left of it.

        The fee of a fill is never divided: it goes to the first round trip that the fill closes, or else to the lot that
        it opens and with that to the first trip cut off it. The sum over trips and open lots is what was paid.
        """
        left = fill.quantity if fill.side is Side.BUY else -fill.quantity
        fee = fill.fee
        trips = []
        self.quantity += left
        while left and self.lots and (self.lots[0].quantity > 0) != (left > 0):
            lot = self.lots[0]
            closed = min(abs(lot.quantity), abs(left))
            trips.append(_round_trip(lot, closed, fill, fee))
            fee = ZERO
            lot_sign = 1 if lot.quantity > 0 else -1
            lot.quantity -= lot_sign * closed
            left += lot_sign * closed
            if not lot.quantity:
                del self.lots[0]
        if left:
            self.lots.append(Lot(left, fill.price, fee, fill.at, fill.step, fill.price, fill.price))
        return trips


def _round_trip(lot: Lot, closed: int, fill: Fill, exit_fee: Decimal) -> RoundTrip:
    """Cut `closed` shares off the lot; its entry fee goes with the first of them."""
    fees, lot.fee = lot.fee + exit_fee, ZERO
    is_long = lot.quantity > 0
    sign = 1 if is_long else -1
    best, worst = max(lot.high, fill.price), min(lot.low, fill.price)
    if not is_long:
        best, worst = worst, best
    # fmt: off
    return new(RoundTrip, (
        fill.symbol, "long" if is_long else "short", closed, lot.price, fill.price, lot.at, fill.at, lot.step, fill.step,
        fees, sign * closed * (fill.price - lot.price) - fees, sign * closed * (worst - lot.price),
        sign * closed * (best - lot.price),
    ))
    # fmt: on
