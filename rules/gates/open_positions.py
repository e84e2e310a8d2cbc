"""Only so many positions at once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import above, owner, shown
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if not limits.open_positions:
        return PASSED
    symbols = {*account.positions, *(other.symbol for other in order.beside if other.is_opening)}
    if order.symbol in symbols:
        return PASSED  # adding to a position opens no further one
    count = Decimal(len(symbols) + 1)
    return [
        Verdict(
            "OPEN_POSITIONS",
            f"{order.symbol} would be position number {count}; {owner(limit.source)} allows {shown(limit.value)}.",
            limit.source,
            limit.value,
            count,
            "positions",
            order.symbol,
        )
        for limit in above(limits.open_positions, count)
    ]


GATE = Gate(
    name="open positions",
    sentence="Blocks an opening order in a further symbol when as many positions are held or on their way as the "
    "profile allows.",
    codes={"OPEN_POSITIONS": "There would be too many open positions."},
    check=check,
)
