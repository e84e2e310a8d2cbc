"""A position that has gained enough is closed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0,
        le=1000,
        description="Gain on its average price at which a position is closed",
        examples=["2.5", 8],
    )


def says(params: Params) -> str:
    return (
        f"Take profit: close a position when a bar closes with a gain of {shown(params.percent)} % or more."
    )


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    found = []
    for position in seen.held():
        gain, cost = position.unrealised(seen.market.mark(position.symbol)), abs(position.cost)
        if gain * 100 < params.percent * cost:
            continue
        share = percent(gain, cost, params.percent)
        message = (
            f"{position.symbol} has gained {in_percent(share)}; profit is taken at {shown(params.percent)} %."
        )
        found.append(Violation("TAKE_PROFIT", message, params.percent, share, "%", position.symbol))
    return found


KIND = Kind(
    name="take_profit",
    title="Take profit",
    category="entry_exit",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"TAKE_PROFIT": "The position has reached its target."},
    says=says,
    watch=watch,
)
