"""No position takes up more than a part of equity, however many orders it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.proposal import Proposal
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(gt=0, le=100, description="Most of equity in one position", examples=[20, 10, 5])


def says(params: Params) -> str:
    return f"Never put more than {shown(params.percent)} % of equity into one position."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    size = order.sizes.resulting_value
    if size * 100 <= params.percent * order.equity:
        return ()
    share = percent(size, order.equity, params.percent)
    message = f"{order.symbol} would be {in_percent(share)} of equity; {shown(params.percent)} % is allowed."
    return (Violation("MAX_POSITION_PERCENT", message, params.percent, share, "%", order.symbol),)


def caps(params: Params) -> Mapping[str, Decimal]:
    return {"position_percent": params.percent}


KIND = Kind(
    name="max_position_percent",
    title="Largest position, % of equity",
    category="position_sizing",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_POSITION_PERCENT": "The position would be too large a part of equity."},
    says=says,
    judge=judge,
    caps=caps,
)
