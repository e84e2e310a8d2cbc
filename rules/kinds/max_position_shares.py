"""No position grows beyond a number of shares, however many orders it takes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import shares_after
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation


class Params(RuleParams):
    shares: int = Field(
        ge=1, le=1_000_000_000, description="Most shares of one symbol, long or short", examples=[100, 25]
    )


def says(params: Params) -> str:
    return f"Never hold more than {params.shares:,} shares of one symbol, long or short."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    shares = shares_after(order, seen.account)
    if shares <= params.shares:
        return ()
    message = f"{order.symbol} would be {shares:,} shares; {params.shares:,} are allowed."
    limit, attempted = Decimal(params.shares), Decimal(shares)
    return (Violation("MAX_POSITION_SHARES", message, limit, attempted, "shares", order.symbol),)


KIND = Kind(
    name="max_position_shares",
    title="Largest position, shares",
    category="position_sizing",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_POSITION_SHARES": "The position would be too many shares."},
    says=says,
    judge=judge,
)
