"""Some of the money stays free."""

from __future__ import annotations

from collections.abc import Sequence

from rules.exposure import cash_after, free_margin_after, is_cash_account
from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits
from rules.proposal import Proposal
from rules.verdicts import in_percent, owner, percent, share_below, shown
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    is_cash = is_cash_account(account)
    left = cash_after(order, account) if is_cash else free_margin_after(order, account)
    broken = share_below(limits.cash_reserve_percent, left, order.equity)
    if not broken:
        return PASSED
    what = "cash" if is_cash else "free margin"
    verdicts = []
    for limit in broken:
        share = percent(left, order.equity, limit.value)
        message = (
            f"{order.symbol}: {what} after the order would be {in_percent(share)} of equity; "
            f"{owner(limit.source)} keeps {shown(limit.value)} % back."
        )
        verdicts.append(Verdict("CASH_RESERVE", message, limit.source, limit.value, share, "%", order.symbol))
    return verdicts


GATE = Gate(
    name="cash reserve",
    sentence="Blocks an opening order that would leave less cash (cash account) or free margin (margin account) than "
    "the part of equity that a limit keeps back, other working orders counted as filled.",
    codes={"CASH_RESERVE": "Too little cash or free margin would be left."},
    check=check,
    needs_size=True,
)
