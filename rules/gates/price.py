"""An order carries the prices that it needs, and opens only where the market has shown one."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if not order.price_problems and order.mark is not None:
        return PASSED
    verdicts = [
        Verdict("INVALID_PRICE", message, Source.GATE, symbol=order.symbol)
        for message in order.price_problems
    ]
    if order.mark is None:
        message = f"No bar of {order.symbol} has closed yet, so what the order would do cannot be judged."
        verdicts.append(Verdict("NO_PRICE", message, Source.GATE, symbol=order.symbol))
    return verdicts


GATE = Gate(
    name="price",
    sentence="Blocks any order that lacks a price which its type needs, carries one which it does not take, or whose "
    "prices are not above 0; and any order in a symbol of which no bar has closed yet.",
    codes={
        "INVALID_PRICE": "A price or date of the order is missing, superfluous or senseless.",
        "NO_PRICE": "No bar of the symbol has closed yet.",
    },
    check=check,
    judges_closing=True,
)
