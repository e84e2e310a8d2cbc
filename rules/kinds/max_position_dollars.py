"""No position is worth more than an amount of money, however many orders it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import dollars


class Params(RuleParams):
    dollars: Decimal = Field(
        gt=0, le=1_000_000_000, description="Most money in one position", examples=[2000, 500]
    )


def says(params: Params) -> str:
    return f"Never put more than {dollars(params.dollars)} into one position."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    size = order.sizes.resulting_value
    if size <= params.dollars:
        return ()
    message = f"{order.symbol} would be {dollars(size)}; {dollars(params.dollars)} is allowed."
    return (Violation("MAX_POSITION_DOLLARS", message, params.dollars, size, "$", order.symbol),)


def caps(params: Params) -> Mapping[str, Decimal]:
    return {"position_dollars": params.dollars}


KIND = Kind(
    name="max_position_dollars",
    title="Largest position, $",
    category="position_sizing",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_POSITION_DOLLARS": "The position would be worth too many dollars."},
    says=says,
    judge=judge,
    caps=caps,
)
