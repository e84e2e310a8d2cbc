"""Only longs, or only shorts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from trading.types import Side


class Direction(StrEnum):
    LONG = "long"
    SHORT = "short"


class Params(RuleParams):
    only: Direction = Field(description="The direction in which positions are opened", examples=["long"])


def says(params: Params) -> str:
    if params.only is Direction.LONG:
        return "Open long positions only; nothing is sold short."
    return "Open short positions only; nothing is bought but to cover."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    found = Direction.LONG if order.side is Side.BUY else Direction.SHORT
    if found is params.only:
        return ()
    message = f"{order.symbol} would be opened {found.value}; {params.only.value} positions only are allowed."
    return (Violation("DIRECTION", message, symbol=order.symbol),)


KIND = Kind(
    name="direction",
    title="Long only or short only",
    category="strategy",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"DIRECTION": "The position would have the wrong direction."},
    says=says,
    judge=judge,
)
