"""The hours in which the user lets Models open positions."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EXCHANGE_ZONE, EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import owner
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if not limits.trading_hours:
        return PASSED
    moment = order.trades_at
    if moment is None:
        return PASSED  # the market is closed, which has its own gate
    return [
        Verdict(
            "TRADING_HOURS",
            f"{order.symbol} would trade at {moment.astimezone(EXCHANGE_ZONE):%H:%M}; "
            f"{owner(hours.source)} opens positions only in {hours}.",
            hours.source,
            symbol=order.symbol,
        )
        for hours in limits.trading_hours
        if not hours.contain(moment)
    ]


GATE = Gate(
    name="trading hours",
    sentence="Blocks an opening order that would trade outside the profile's trading hours, in exchange time. With the "
    "usual 09:30–16:00 nothing opens before or after the regular session.",
    codes={"TRADING_HOURS": "The profile's trading hours leave this time out."},
    check=check,
)
