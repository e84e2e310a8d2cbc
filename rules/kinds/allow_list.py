"""Only listed symbols are opened."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Symbols, Verb, Violation


class Params(RuleParams):
    symbols: Symbols = Field(max_length=200, description="All that may be opened", examples=[["SPY", "IBM"]])


def says(params: Params) -> str:
    return f"Open nothing but {', '.join(params.symbols)}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if order.symbol in params.symbols:
        return ()
    message = f"{order.symbol} is not on the list: {', '.join(params.symbols)}."
    return (Violation("ALLOW_LIST", message, symbol=order.symbol),)


KIND = Kind(
    name="allow_list",
    title="Allowed symbols",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"ALLOW_LIST": "The symbol is not on the list."},
    says=says,
    judge=judge,
)
