"""A symbol is not traded in and out in haste. What is held can always be closed."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, Proposal, Situation, Verb, Violation
from rules.kinds.shared.holding import HoldParams
from rules.kinds.shared.moments import clock


class Params(HoldParams):
    """The shortest time between two entries into a symbol."""


def says(params: Params) -> str:
    return (
        f"Hold every position for at least {params.length()}: a close is never blocked, but after it nothing new is "
        "opened in the symbol until that time is over."
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    # What is held may be added to; only a new position, or one the other way round, has to wait.
    adds = seen.account.quantity(order.symbol) * order.side.sign > 0
    since = seen.account.memory.opened_at.get(order.symbol)
    if adds or since is None or order.trades_at is None or order.trades_at >= params.end_of(since):
        return ()
    message = (
        f"{order.symbol} was entered at {clock(since)}; nothing new is opened in it within {params.length()}."
    )
    return (Violation("MIN_HOLD", message, params.count(), unit=params.unit(), symbol=order.symbol),)


KIND = Kind(
    name="min_hold",
    title="Shortest time held",
    category="timing",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MIN_HOLD": "The symbol was entered too short a time ago for a new position."},
    says=says,
    judge=judge,
)
