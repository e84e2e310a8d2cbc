"""Positions are worth at most so many times the account's own money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import exposure_after
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import shown


class Params(RuleParams):
    times: Decimal = Field(
        gt=0, le=4, description="Most that all positions may be worth, as a multiple of equity", examples=[1]
    )


def says(params: Params) -> str:
    return f"Never hold positions worth more than {shown(params.times)} × equity."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    gross, equity = exposure_after(order, seen.account, seen.scope).gross, order.equity
    if gross <= params.times * equity:
        return ()
    times = round(gross / equity, 4) if equity > 0 else None
    found = "more than there is equity for" if times is None else f"{shown(times)} × equity"
    message = f"{order.symbol}: positions would be {found}; {shown(params.times)} × is allowed."
    return (Violation("MAX_LEVERAGE", message, params.times, times, "×", order.symbol),)


KIND = Kind(
    name="max_leverage",
    title="Largest leverage",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_LEVERAGE": "Positions would be worth too many times equity."},
    says=says,
    judge=judge,
)
