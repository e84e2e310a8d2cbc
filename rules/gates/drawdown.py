"""A Model that has lost a quarter of its money opens nothing new."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import in_percent, owner, percent, share_above, shown
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    equity, verdicts = order.equity, []
    for whole, place in ((account.initial_cash, "the run's start"), (account.peak_equity, "its peak")):
        for limit in share_above(limits.drawdown_percent, whole - equity, whole):
            lost = percent(whole - equity, whole, limit.value)
            message = (
                f"Equity is {in_percent(lost)} below {place}; "
                f"{owner(limit.source)} opens nothing new beyond {shown(limit.value)} %."
            )
            verdicts.append(Verdict("DRAWDOWN", message, limit.source, limit.value, lost, "%"))
    return verdicts or PASSED


GATE = Gate(
    name="drawdown",
    sentence="Blocks opening orders while equity is further below the run's start, or below its running peak, than "
    "the limit.",
    codes={"DRAWDOWN": "The loss from the start or from the peak is beyond the limit."},
    check=check,
)
