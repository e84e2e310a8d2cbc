"""After a stop, a pause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import clock, span


class Params(RuleParams):
    minutes: int = Field(
        ge=1, le=43_200, description="How long nothing is opened after a stop", examples=[15, 60]
    )
    where: Literal["symbol", "everywhere"] = Field(
        "symbol", description="In the stopped symbol only, or in everything that the rule looks at"
    )


def says(params: Params) -> str:
    where = " in the same symbol" if params.where == "symbol" else ""
    return f"Open nothing{where} for {span(params.minutes)} after a position was stopped out."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    stops = {
        symbol: at
        for symbol, at in seen.account.memory.stopped_at.items()
        if symbol == order.symbol or (params.where == "everywhere" and symbol in seen.scope)
    }
    if not stops or order.trades_at is None:
        return ()
    symbol, last = max(stops.items(), key=lambda stop: (stop[1], stop[0]))
    until = last + timedelta(minutes=params.minutes)
    if order.trades_at >= until:
        return ()
    message = f"{symbol} was stopped out at {clock(last)}; nothing is opened before {clock(until)}."
    return (
        Violation(
            "COOL_DOWN_AFTER_STOP", message, Decimal(params.minutes), unit="minutes", symbol=order.symbol
        ),
    )


KIND = Kind(
    name="cool_down_after_stop",
    title="Pause after a stop",
    category="timing",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"COOL_DOWN_AFTER_STOP": "A position was stopped out, and the pause is not over."},
    says=says,
    judge=judge,
)
