"""Only what has moved today is opened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Need, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.symbols import rounded
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0, le=1000, description="Least move from the previous session's close, up or down", examples=[5]
    )


def says(params: Params) -> str:
    return f"Open only what has moved at least {shown(params.percent)} % from the previous close, up or down."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    before = rounded(float(seen.market.history(order.symbol, 1).close[-1]))
    move = abs(seen.market.mark(order.symbol) - before)
    if move * 100 >= params.percent * before:
        return ()
    share = percent(move, before, params.percent)
    message = f"{order.symbol} has moved {in_percent(share)} since the previous close; {shown(params.percent)} % is wanted."
    return (Violation("MIN_MOVE", message, params.percent, share, "%", order.symbol),)


KIND = Kind(
    name="min_move",
    title="Least move of the day",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MIN_MOVE": "The symbol has moved too little since the previous close."},
    says=says,
    judge=judge,
    needs=frozenset({Need.HISTORY}),
)
