"""Only so many entries in a session."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation


class Params(RuleParams):
    trades: int = Field(
        ge=1, le=100_000, description="Most entries in a session, those under way included", examples=[10, 3]
    )


def says(params: Params) -> str:
    return f"Enter at most {params.trades:,} time{'s' * (params.trades > 1)} in a session."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    waiting = [
        other
        for other in order.beside
        if other.is_opening and not other.filled_quantity and other.symbol in seen.scope
    ]
    count = seen.account.memory.entries(seen.scope) + len(waiting) + 1
    if count <= params.trades:
        return ()
    message = f"{order.symbol} would be entry number {count:,} of the session; {params.trades:,} are allowed."
    limit, attempted = Decimal(params.trades), Decimal(count)
    return (Violation("MAX_TRADES", message, limit, attempted, "trades", order.symbol),)


KIND = Kind(
    name="max_trades",
    title="Most trades in a session",
    category="risk",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.REJECT_TRADE),
    codes={"MAX_TRADES": "There would be too many entries in the session."},
    says=says,
    judge=judge,
)
