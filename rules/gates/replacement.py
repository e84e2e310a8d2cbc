"""An order takes the place only of its own kind."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    number = order.intent.replaces
    if number is None:
        return PASSED
    replaced = account.working.get(number)
    if replaced is None:
        message = f"Order {number} is not working, so it cannot be replaced."
    elif (replaced.symbol, replaced.side) != (order.symbol, order.side):
        message = f"Order {number} is a {replaced.side} of {replaced.symbol}; a {order.side} of {order.symbol} cannot replace it."
    elif replaced.is_opening != order.is_opening:
        opens, closes = ("opens", "closes") if replaced.is_opening else ("closes", "opens")
        message = f"Order {number} {opens} a position; this one {closes} one and cannot replace it."
    else:
        return PASSED
    return (Verdict("REPLACEMENT", message, Source.GATE, symbol=order.symbol),)


GATE = Gate(
    name="replacement",
    sentence="Blocks any order that is to replace one which no longer works, or which differs in symbol, side or purpose.",
    codes={"REPLACEMENT": "The order to replace is not working, or is of another kind."},
    check=check,
    judges_closing=True,
)
