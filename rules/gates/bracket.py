"""A bracket's exits stand on their own sides of its entry."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from rules.verdicts import dollars
from trading.ledger import Account
from trading.types import Side, Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    intent = order.intent
    if intent.take_profit is None and intent.stop_loss is None:
        return PASSED
    entry = intent.limit_price or intent.stop_price or order.mark
    assert entry is not None  # the gate judges sized orders only
    is_buy = order.side is Side.BUY
    verdicts = []
    for name, price, above in (
        ("take profit", intent.take_profit, is_buy),
        ("stop loss", intent.stop_loss, not is_buy),
    ):
        if price is None or (price > entry if above else price < entry):
            continue
        message = (
            f"{order.symbol}: the {name} of a {order.side} should be {'above' if above else 'below'} its entry at "
            f"{dollars(entry)}, was {dollars(price)}."
        )
        verdicts.append(Verdict("BRACKET", message, Source.GATE, entry, price, "$", order.symbol))
    return verdicts or PASSED


GATE = Gate(
    name="bracket",
    sentence="Blocks an opening order whose take profit or stop loss is not on its own side of the entry.",
    codes={"BRACKET": "An exit of the bracket stands on the wrong side of the entry."},
    check=check,
    needs_size=True,
)
