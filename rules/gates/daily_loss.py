"""After a bad day, nothing new is opened."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import above, dollars, owner
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if not limits.daily_loss:
        return PASSED
    loss = account.day_open_equity - order.equity
    return [
        Verdict(
            "DAILY_LOSS",
            f"{dollars(loss)} is lost since the day's open; {owner(limit.source)} opens nothing new beyond "
            f"{dollars(limit.value)} ({limit.field}).",
            limit.source,
            limit.value,
            loss,
            "$",
        )
        for limit in above(limits.daily_loss, loss)
    ]


GATE = Gate(
    name="daily loss",
    sentence="Blocks opening orders while the day's loss, realised and unrealised, is beyond a limit of Model or "
    "profile. The day opens at the run's start, or at the previous session's closing equity. Beyond the loss at which the "
    "profile stops trading, nothing is opened until the session ends, whatever becomes of the loss.",
    codes={
        "DAILY_LOSS": "The day's loss is beyond a limit.",
        "TRADING_STOPPED": "The profile, or a rule, has stopped trading until the session ends.",
    },
    check=check,
)
