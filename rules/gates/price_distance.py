"""A limit far from the market is a slip of the pen."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import dollars, in_percent, owner, percent, share_above, shown
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    price, mark = order.intent.limit_price, order.mark
    if price is None or mark is None:
        return PASSED
    verdicts = []
    for limit in share_above(limits.price_distance_percent, abs(price - mark), mark):
        distance = percent(abs(price - mark), mark, limit.value)
        message = (
            f"{order.symbol}: the limit {dollars(price)} is {in_percent(distance)} from the last price {dollars(mark)}; "
            f"{owner(limit.source)} allows {shown(limit.value)} %."
        )
        verdicts.append(
            Verdict("PRICE_DISTANCE", message, limit.source, limit.value, distance, "%", order.symbol)
        )
    return verdicts or PASSED


GATE = Gate(
    name="price distance",
    sentence="Blocks an opening order whose limit price is further from the last price than the limit allows.",
    codes={"PRICE_DISTANCE": "The limit price is too far from the last price."},
    check=check,
    needs_size=True,
)
