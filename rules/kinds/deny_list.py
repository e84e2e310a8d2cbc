"""Listed symbols are not opened."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Symbols, Verb, Violation


class Params(RuleParams):
    symbols: Symbols = Field(max_length=200, description="What is never opened", examples=[["TSLA"]])


def says(params: Params) -> str:
    return f"Never open {' or '.join(params.symbols)}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if order.symbol not in params.symbols:
        return ()
    message = f"{order.symbol} is on the list of what is never opened."
    return (Violation("DENY_LIST", message, symbol=order.symbol),)


KIND = Kind(
    name="deny_list",
    title="Forbidden symbols",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"DENY_LIST": "The symbol is on the list of what is never opened."},
    says=says,
    judge=judge,
)
