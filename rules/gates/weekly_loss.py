"""After a bad week, nothing new is opened."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import above, dollars, owner
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if not limits.weekly_loss:
        return PASSED
    loss = account.week_open_equity - order.equity
    return [
        Verdict(
            "WEEKLY_LOSS",
            f"{dollars(loss)} is lost this week; {owner(limit.source)} opens nothing new beyond "
            f"{dollars(limit.value)}.",
            limit.source,
            limit.value,
            loss,
            "$",
        )
        for limit in above(limits.weekly_loss, loss)
    ]


GATE = Gate(
    name="weekly loss",
    sentence="Blocks opening orders while the week's loss, realised and unrealised, is beyond the profile's limit. The "
    "week opens with its first session at the equity before it, or at the run's start.",
    codes={"WEEKLY_LOSS": "The week's loss is beyond the limit."},
    check=check,
)
