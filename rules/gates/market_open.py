"""Nothing trades while the market is closed for good."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if order.trades_at is not None:
        return PASSED
    message = f"{order.symbol}: the market has closed; nothing trades in this run any more."
    return (Verdict("MARKET_CLOSED", message, Source.GATE, symbol=order.symbol),)


GATE = Gate(
    name="market open",
    sentence="Blocks any order that is decided when the run has no bar left in which it could trade.",
    codes={"MARKET_CLOSED": "The market has closed, for the rest of the run."},
    check=check,
    judges_closing=True,
)
