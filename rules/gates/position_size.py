"""No position grows beyond its caps, however many orders it takes."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import above, dollars, in_percent, owner, percent, share_above, shown
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    size = order.sizes.resulting_value
    verdicts = []
    for limit in share_above(limits.position_percent, size, order.equity):
        share = percent(size, order.equity, limit.value)
        message = (
            f"{order.symbol} would be {in_percent(share)} of equity; {owner(limit.source)} allows "
            f"{shown(limit.value)} %."
        )
        verdicts.append(
            Verdict("POSITION_SIZE", message, limit.source, limit.value, share, "%", order.symbol)
        )
    for limit in above(limits.position_dollars, size):
        message = (
            f"{order.symbol} would be {dollars(size)}; {owner(limit.source)} allows {dollars(limit.value)}."
        )
        verdicts.append(
            Verdict("POSITION_DOLLARS", message, limit.source, limit.value, size, "$", order.symbol)
        )
    return verdicts or PASSED


GATE = Gate(
    name="position size",
    sentence="Blocks an opening order when the resulting position (held, working and this order) would be more of "
    "equity, or more dollars, than a limit allows.",
    codes={
        "POSITION_SIZE": "The position would be too large a part of equity.",
        "POSITION_DOLLARS": "The position would be worth too many dollars.",
    },
    check=check,
    needs_size=True,
)
