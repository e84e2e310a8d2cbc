"""A sane number of whole shares."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    unclear = order.unclear
    if unclear is None:
        return PASSED
    verdict = Verdict(
        unclear.code, unclear.message, Source.GATE, attempted=unclear.attempted, symbol=order.symbol
    )
    return (verdict,)


GATE = Gate(
    name="quantity",
    sentence="Blocks any order whose quantity is not a whole number of shares above 0, or that closes nothing.",
    codes={
        "QUANTITY": "Not a whole number of shares above 0, or a percentage that buys none.",
        "NOTHING_TO_CLOSE": "A close where nothing is held, or all of it is already being closed at market.",
    },
    check=check,
    judges_closing=True,
)
