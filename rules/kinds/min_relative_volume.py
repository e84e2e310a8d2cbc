"""Entries need more trading than usual."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.symbols import rounded
from rules.verdicts import shown


class Params(RuleParams):
    times: Decimal = Field(
        gt=0,
        le=1000,
        description="Least volume of the last bar, as a multiple of the mean before",
        examples=["1.5"],
    )
    mean_bars: int = Field(20, ge=1, le=390, description="Bars of which the mean is taken", examples=[20])


def says(params: Params) -> str:
    return (
        f"Enter only when the last bar's volume is at least {shown(params.times)} × the mean of the {params.mean_bars} "
        "bars before."
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    times = rounded(seen.market.relative_volume(order.symbol, params.mean_bars))
    if times >= params.times:
        return ()
    message = f"{order.symbol} traded {shown(times)} × its usual volume; {shown(params.times)} × is wanted."
    return (Violation("MIN_RELATIVE_VOLUME", message, params.times, times, "×", order.symbol),)


KIND = Kind(
    name="min_relative_volume",
    title="Least relative volume",
    category="entry_exit",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MIN_RELATIVE_VOLUME": "The last bar's volume is too low beside what is usual."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: params.mean_bars + 1,
)
