"""The largest order that would pass right now, found by asking whoever judges it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rules.intents import MOST_SHARES
from trading.ledger import Account
from trading.session import Approve
from trading.types import Action, OrderIntent, Verdict


class Largest(NamedTuple):
    """The most shares of one market order that pass every gate and rule, and what denies one share more."""

    shares: int
    verdicts: Sequence[Verdict]


def largest_order(approve: Approve, account: Account, symbol: str, action: Action) -> Largest:
    """The largest market order that an account could send."""

    def judge(shares: int) -> Sequence[Verdict]:
        return approve(OrderIntent(action, symbol, quantity=shares), account).verdicts

    return largest_passing(judge, MOST_SHARES)


def largest_passing(judge: Callable[[int], Sequence[Verdict]], most: int) -> Largest:
    """Double the size until it is denied, then halve the gap. A size is taken to pass if a larger one does."""

    def denied(shares: int) -> Sequence[Verdict]:
        # A twin of a working order is denied for being that very size; the sizes around it are not.
        return [verdict for verdict in judge(shares) if verdict.code != "DUPLICATE_ORDER"]

    if most < 1:
        return Largest(0, ())
    passed, reasons = 0, denied(1)
    above = 1
    while not reasons and above < most:
        passed, above = above, min(above * 2, most)
        reasons = denied(above)
    if not reasons:
        passed = above
    while above - passed > 1:
        middle = (passed + above) // 2
        found = denied(middle)
        if found:
            above, reasons = middle, found
        else:
            passed = middle
    while passed and judge(passed):
        passed -= 1
    return Largest(passed, reasons)
