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
    if account.session > 1:
        strictest = limits.weekly_loss[0]
        message = (
            f"{owner(strictest.source)} limits the week's loss to {dollars(strictest.value)}, and the "
            "account does not know its equity at the week's open."
        )
        return (Verdict("WEEK_UNKNOWN", message, strictest.source, strictest.value, unit="$"),)
    loss = account.initial_cash - order.equity
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
    sentence="Blocks opening orders while the week's loss, realised and unrealised, is beyond the profile's limit. A "
    "run's week opens at the run's start.",
    codes={
        "WEEKLY_LOSS": "The week's loss is beyond the limit.",
        "WEEK_UNKNOWN": "A weekly limit is set, and the equity at the week's open is not known.",
    },
    check=check,
)
