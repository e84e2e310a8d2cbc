"""Only what has just been traded enough is opened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import counted


class Params(RuleParams):
    shares: int = Field(ge=1, le=10**12, description="Least that should have been traded", examples=[50_000])
    last_bars: int = Field(ge=1, le=390, description="In so many bars, all of them there", examples=[5])


def says(params: Params) -> str:
    within = "the last bar" if params.last_bars == 1 else f"the last {params.last_bars} bars"
    return f"Open only what traded at least {counted(params.shares, 'share')} in {within}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    shares = int(seen.market.bars(order.symbol, params.last_bars).volume.sum())
    if shares >= params.shares:
        return ()
    message = f"{order.symbol} traded {shares:,} shares in {counted(params.last_bars, 'bar')}; {params.shares:,} are wanted."
    limit, attempted = Decimal(params.shares), Decimal(shares)
    return (Violation("MIN_VOLUME", message, limit, attempted, "shares", order.symbol),)


KIND = Kind(
    name="min_volume",
    title="Least volume of late",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MIN_VOLUME": "Too little of the symbol was traded of late."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: params.last_bars,
)
