"""What the broker did in the newest bar, seen from the account: before the decision nobody has told it yet."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from agents.prompts.diary import FillNote, Happened
from trading.ledger import Account
from trading.orders import Order, OrderStatus


class _Watched(NamedTuple):
    order: Order
    filled: int
    value: Decimal


class Watch:
    """Compares the working orders of an account as they stood after the last step with what became of them."""

    def __init__(self, account: Account) -> None:
        self.orders = [
            _Watched(order, order.filled_quantity, order.filled_value)
            for _, order in sorted(account.working.items())
        ]
        self.realised = account.realised

    def happened(self, account: Account) -> Happened:
        """Fills and expiries since then, and what they realised."""
        fills = [
            FillNote(
                order.number,
                order.side.value,
                order.filled_quantity - filled,
                order.symbol,
                (order.filled_value - value) / (order.filled_quantity - filled),
            )
            for order, filled, value in self.orders
            if order.filled_quantity > filled
        ]
        expired = [order.number for order, *_ in self.orders if order.status is OrderStatus.EXPIRED]
        return Happened(tuple(fills), tuple(expired), account.realised - self.realised)
