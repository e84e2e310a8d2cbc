"""Only so many positions at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation


class Params(RuleParams):
    positions: int = Field(
        ge=1, le=1000, description="Most symbols held at once, entries under way included", examples=[5, 3]
    )


def says(params: Params) -> str:
    return f"Hold at most {params.positions} position{'s' * (params.positions > 1)} at once; adding to one is no further one."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    working = (other.symbol for other in order.beside if other.is_opening)
    symbols = {symbol for symbol in (*seen.account.positions, *working) if symbol in seen.scope}
    count = len(symbols | {order.symbol})
    if order.symbol in symbols or count <= params.positions:
        return ()
    message = f"{order.symbol} would be position number {count}; {params.positions} are allowed."
    limit, attempted = Decimal(params.positions), Decimal(count)
    return (Violation("MAX_POSITIONS", message, limit, attempted, "positions", order.symbol),)


def caps(params: Params) -> Mapping[str, Decimal]:
    return {"open_positions": Decimal(params.positions)}


KIND = Kind(
    name="max_positions",
    title="Most open positions",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MAX_POSITIONS": "There would be too many open positions."},
    says=says,
    judge=judge,
    caps=caps,
)
