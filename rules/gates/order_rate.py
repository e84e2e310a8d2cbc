"""A runaway decider is slowed down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import above, owner, shown
from trading.ledger import Account
from trading.types import Verdict

MINUTE = timedelta(minutes=1)


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    # Nothing older than a minute stays in the queue for long, so its length is enough to pass most orders.
    if len(account.submitted_at) + order.ahead + 1 <= limits.orders_per_minute[0].value:
        return PASSED
    since = account.now - MINUTE
    count = Decimal(sum(moment > since for moment in account.submitted_at) + order.ahead + 1)
    return [
        Verdict(
            "ORDER_RATE",
            f"This would be order number {count} within a minute; {owner(limit.source)} allows {shown(limit.value)}.",
            limit.source,
            limit.value,
            count,
            "orders",
        )
        for limit in above(limits.orders_per_minute, count)
    ]


GATE = Gate(
    name="order rate",
    sentence="Blocks an opening order when more orders were approved within a minute of the simulated clock than the "
    "limit allows.",
    codes={"ORDER_RATE": "Too many orders within a minute."},
    check=check,
)
