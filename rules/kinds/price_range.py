"""Only symbols of a fitting price are opened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import dollars

MOST = 10_000_000


class Params(RuleParams):
    model_config = ConfigDict(json_schema_extra={"examples": [{"min_dollars": 5}]})

    min_dollars: Decimal | None = Field(None, gt=0, le=MOST, description="Lowest price a share", examples=[5])
    max_dollars: Decimal | None = Field(
        None, gt=0, le=MOST, description="Highest price a share", examples=[500]
    )

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if self.min_dollars is None and self.max_dollars is None:
            raise ValueError("Set the lowest price, the highest or both, found neither")
        if self.min_dollars and self.max_dollars and self.min_dollars > self.max_dollars:
            found = f"{self.min_dollars} and {self.max_dollars}"
            raise ValueError(f"The lowest price should not exceed the highest, were {found}")
        return self


def says(params: Params) -> str:
    bounds = (("at least", params.min_dollars), ("at most", params.max_dollars))
    wanted = " and ".join(f"{words} {dollars(bound)}" for words, bound in bounds if bound is not None)
    return f"Open only what costs {wanted} a share."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    price, lowest, highest = seen.market.mark(order.symbol), params.min_dollars, params.max_dollars
    if lowest is not None and price < lowest:
        limit, wanted = lowest, f"at least {dollars(lowest)}"
    elif highest is not None and price > highest:
        limit, wanted = highest, f"at most {dollars(highest)}"
    else:
        return ()
    message = f"{order.symbol} costs {dollars(price)} a share; {wanted} is wanted."
    return (Violation("PRICE_RANGE", message, limit, price, "$", order.symbol),)


KIND = Kind(
    name="price_range",
    title="Price range",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"PRICE_RANGE": "The symbol costs too little or too much."},
    says=says,
    judge=judge,
)
