"""Nobody sells what they do not hold, or covers what they are not short."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Action, Side, Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if order.is_opening:
        # A part beyond what is held: a sell may go on into a short where shorting is allowed, a cover or close never.
        action = order.intent.action
        if action is Action.BUY or action is Action.SHORT:
            return PASSED
        if action is Action.SELL and not limits.no_shorting:
            return PASSED
    elif order.quantity <= order.closable:
        return PASSED
    code, verb, held = (
        ("OVERSELL", "sell", "held") if order.side is Side.SELL else ("OVERCOVER", "cover", "short")
    )
    message = (
        f"{order.symbol}: {order.asked:,} shares to {verb}, {order.closable:,} {held} "
        "and not already being closed at market."
    )
    limit, attempted = Decimal(order.closable), Decimal(order.asked)
    return (Verdict(code, message, Source.GATE, limit, attempted, "shares", order.symbol),)


GATE = Gate(
    name="oversell and overcover",
    sentence="Blocks the part of a sell, cover or close that goes beyond the shares held (long or short); the part "
    "within them passes. Where shorting is allowed, a sell beyond the shares held opens a short and is judged as one.",
    codes={
        "OVERSELL": "More shares to sell than are held.",
        "OVERCOVER": "More shares to cover than are short.",
    },
    check=check,
    judges_closing=True,
    needs_size=True,
)
