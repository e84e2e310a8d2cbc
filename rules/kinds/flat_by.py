"""Nothing is held beyond a time of day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import Field

from rules.kinds.base import ClockTime, Kind, Missing, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import at_exchange

LAST_BAR = timedelta(minutes=1)


class Params(RuleParams):
    flat_by: ClockTime = Field(
        description="Exchange time from which on nothing is held", examples=["15:55", "15:30"]
    )


def says(params: Params) -> str:
    return (
        f"Close everything at {params.flat_by:%H:%M} exchange time, or a minute before an earlier close, and hold nothing "
        "from then on."
    )


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    market = seen.market
    if market.is_daily:
        raise Missing("bars are whole days, so nothing can be closed at a time of the day")
    next_trade = market.trades_at or market.now
    local = at_exchange(next_trade)
    # The last bar of a session is the last in which anything can still be closed.
    if local.time() < params.flat_by and market.closes_at - next_trade > LAST_BAR:
        return ()
    message = f"The next trade is at {local:%H:%M}; from {params.flat_by:%H:%M}, or a minute before the close, nothing is held."
    return (Violation("FLAT_BY", message),)


def problem_of(params: Params) -> str | None:
    if params.flat_by.hour < 4:
        return f"Every session opens after {params.flat_by:%H:%M}, so nothing could ever be held."
    return None


KIND = Kind(
    name="flat_by",
    title="Flat by a time",
    category="timing",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"FLAT_BY": "The time has come from which on nothing is held."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
