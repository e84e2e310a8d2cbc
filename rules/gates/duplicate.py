"""The same order twice is a mistake."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.orders import Order
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    for other in order.beside:
        if other.symbol == order.symbol and _is_same(order, other):
            message = (
                f"{order.symbol}: order {other.number} asks for the same and is still working; cancel or replace it "
                "first."
            )
            return (Verdict("DUPLICATE_ORDER", message, Source.GATE, symbol=order.symbol),)
    return PASSED


def _is_same(order: Proposal, other: Order) -> bool:
    intent = order.intent
    return (
        other.is_opening
        and other.side is order.side
        and other.quantity == order.quantity
        and other.order_type is intent.order_type
        and other.limit_price == intent.limit_price
        and (
            other.stop_price == intent.stop_price or intent.stop_price is None
        )  # a trailing stop's level moves
        and other.trail_amount == intent.trail_amount
        and other.trail_percent == intent.trail_percent
    )


GATE = Gate(
    name="duplicate",
    sentence="Blocks an opening order that equals a working one in symbol, side, quantity, type and prices.",
    codes={"DUPLICATE_ORDER": "The same order is already working."},
    check=check,
    needs_size=True,
)
