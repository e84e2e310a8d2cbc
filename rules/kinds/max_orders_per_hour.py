"""A hasty decider is slowed down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation

HOUR = timedelta(hours=1)


class Params(RuleParams):
    orders: int = Field(
        ge=1, le=1800, description="Most orders within 60 minutes of the simulated clock", examples=[20, 6]
    )


def says(params: Params) -> str:
    return f"Send at most {params.orders:,} order{'s' * (params.orders > 1)} within an hour; those that close count, and pass."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    since = seen.account.now - HOUR
    sent = sum(each.at > since and each.symbol in seen.scope for each in seen.account.memory.sent)
    count = sent + order.ahead + 1
    if count <= params.orders:
        return ()
    message = f"{order.symbol} would be order number {count:,} within an hour; {params.orders:,} are allowed."
    limit, attempted = Decimal(params.orders), Decimal(count)
    return (Violation("MAX_ORDERS_PER_HOUR", message, limit, attempted, "orders", order.symbol),)


KIND = Kind(
    name="max_orders_per_hour",
    title="Most orders in an hour",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MAX_ORDERS_PER_HOUR": "There would be too many orders within an hour."},
    says=says,
    judge=judge,
)
