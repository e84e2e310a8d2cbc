"""Nothing is held for too long."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, Missing, Situation, Verb, Violation
from rules.kinds.shared.holding import HoldParams
from rules.kinds.shared.moments import clock


class Params(HoldParams):
    """The longest that a position is held."""


def says(params: Params) -> str:
    return f"Hold nothing for longer than {params.length()}: close it at the first bar from then on."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    if params.minutes and seen.market.is_daily:
        raise Missing("bars are whole days, so nobody can count minutes")
    trades_at, found = seen.market.trades_at, []
    for position in seen.held():
        since = position.lots[0].at
        if trades_at is not None and trades_at >= params.end_of(since):
            message = f"{position.symbol} is held since {clock(since)}; {params.length()} are allowed."
            found.append(
                Violation("MAX_HOLD", message, params.count(), unit=params.unit(), symbol=position.symbol)
            )
    return found


KIND = Kind(
    name="max_hold",
    title="Longest time held",
    category="timing",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"MAX_HOLD": "The position has been held for as long as is allowed."},
    says=says,
    watch=watch,
)
