"""Nothing is opened while nobody knows where the market stands."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    asked = order.venue.feed_problem
    problem = "" if asked is None else asked(account.now)
    if not problem:
        return PASSED
    message = f"{order.symbol}: nothing is opened while the feed is out. {problem}"
    return (Verdict("FEED_OUTAGE", message, Source.GATE, symbol=order.symbol),)


GATE = Gate(
    name="market feed",
    sentence="Blocks an opening order of a live run that is decided while its feed is out: it can't be reached, "
    "or has brought nothing new for minutes.",
    codes={"FEED_OUTAGE": "The feed of a live run was out; closing orders passed."},
    check=check,
)
