"""An order has to be payable."""

from __future__ import annotations

from collections.abc import Sequence

from rules.exposure import cash_after, free_margin_after, is_cash_account
from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from rules.verdicts import dollars
from trading.ledger import Account
from trading.margin import account_rate
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if is_cash_account(account):
        return _cash(order, account)
    free = free_margin_after(order, account)
    if free >= 0:
        return PASSED
    power = max(order.sizes.value + free / account_rate(account), 0 * free)
    message = f"{order.symbol}: the order opens {dollars(order.sizes.value)}, the buying power left is {dollars(power)}."
    return (Verdict("BUYING_POWER", message, Source.GATE, power, order.sizes.value, "$", order.symbol),)


def _cash(order: Proposal, account: Account) -> Sequence[Verdict]:
    if cash_after(order, account) >= 0:
        return PASSED
    left = account.cash - order.sizes.reserved_cost
    message = (
        f"{order.symbol}: the order takes {dollars(order.sizes.cost)}, the cash left beside other working orders is "
        f"{dollars(left)}."
    )
    return (Verdict("NEGATIVE_CASH", message, Source.GATE, left, order.sizes.cost, "$", order.symbol),)


GATE = Gate(
    name="negative cash",
    sentence="Blocks an opening order that the cash left (cash account) or the buying power left (margin account) does "
    "not pay for, other working orders counted as filled.",
    codes={
        "NEGATIVE_CASH": "Cash after the order would be below 0.",
        "BUYING_POWER": "The order exceeds the buying power of a margin account.",
    },
    check=check,
    needs_size=True,
)
