"""A small margin account may open and close within a day only so often, as long as that was the law."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.margin import PATTERN_DAY_TRADES, PATTERN_EQUITY, PATTERN_SESSIONS, day_trades_left
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    if day_trades_left(account) != 0:
        return PASSED
    message = (
        f"{PATTERN_DAY_TRADES} day trades in {PATTERN_SESSIONS} sessions are made; until 2026-06-03 a margin account below "
        f"${PATTERN_EQUITY:,} at the day's open may make no more."
    )
    most = Decimal(PATTERN_DAY_TRADES)
    return (Verdict("DAY_TRADES", message, Source.GATE, most, most + 1, "day trades"),)


GATE = Gate(
    name="day trades",
    sentence="Blocks opening orders in a margin account that had less than $25,000 at the day's open and has made three "
    "day trades in five sessions, on days before 2026-06-04, when the rule ended.",
    codes={"DAY_TRADES": "The account has no day trade left."},
    check=check,
)
