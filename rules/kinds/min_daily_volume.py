"""Only what is traded enough day by day is opened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Need, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import counted


class Params(RuleParams):
    shares: int = Field(ge=1, le=10**12, description="Least traded in a day on average", examples=[1_000_000])
    mean_days: int = Field(20, ge=1, le=250, description="Sessions before this one that count", examples=[20])


def says(params: Params) -> str:
    days = "the day" if params.mean_days == 1 else f"the {params.mean_days} days"
    return f"Open only what traded at least {counted(params.shares, 'share')} a day in {days} before."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    days = params.mean_days
    total = int(seen.market.history(order.symbol, days).volume.sum())
    if total >= params.shares * days:
        return ()
    mean = round(Decimal(total) / days, 2)
    message = f"{order.symbol} traded {mean:,} shares a day; {params.shares:,} are wanted."
    return (Violation("MIN_DAILY_VOLUME", message, Decimal(params.shares), mean, "shares", order.symbol),)


KIND = Kind(
    name="min_daily_volume",
    title="Least volume a day",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MIN_DAILY_VOLUME": "Too little of the symbol is traded in a day."},
    says=says,
    judge=judge,
    needs=frozenset({Need.HISTORY}),
)
