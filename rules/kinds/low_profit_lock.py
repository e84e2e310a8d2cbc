"""A symbol that has earned too little of late is left alone for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import clock, span
from rules.verdicts import dollars
from trading.money import ZERO


class Params(RuleParams):
    trades: int = Field(ge=1, le=100, description="Judge a symbol only after so many closings", examples=[2])
    lookback_minutes: int = Field(ge=1, le=43_200, description="Which closings count", examples=[120])
    min_profit_dollars: Decimal = Field(
        ZERO,
        ge=-1_000_000_000,
        le=1_000_000_000,
        description="Least that they should have earned together, after fees",
        examples=[0],
    )
    lock_minutes: int = Field(ge=1, le=43_200, description="How long the symbol is left alone", examples=[60])


def says(params: Params) -> str:
    lookback, lock = span(params.lookback_minutes), span(params.lock_minutes)
    return (
        f"Leave a symbol alone for {lock} when its trades of the last {lookback}, {params.trades} at least, earned less "
        f"than {dollars(params.min_profit_dollars)} together."
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    since = seen.account.now - timedelta(minutes=params.lookback_minutes)
    closings = [
        each for each in seen.account.memory.closings if each.symbol == order.symbol and each.at > since
    ]
    earned, limit = sum((closing.pnl for closing in closings), ZERO), params.min_profit_dollars
    if order.trades_at is None or len(closings) < params.trades or earned >= limit:
        return ()
    until = max(closing.at for closing in closings) + timedelta(minutes=params.lock_minutes)
    if order.trades_at >= until:
        return ()
    message = f"{order.symbol} earned {dollars(earned)} of late, below {dollars(limit)}; nothing is opened before {clock(until)}."
    return (Violation("LOW_PROFIT_LOCK", message, limit, earned, "$", order.symbol),)


KIND = Kind(
    name="low_profit_lock",
    title="Leave unprofitable symbols alone",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"LOW_PROFIT_LOCK": "The symbol's latest trades earned too little, and its lock is not over."},
    says=says,
    judge=judge,
)
