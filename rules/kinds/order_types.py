"""Entries of some types only."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation


class Form(StrEnum):
    """The types of orders, and brackets, which may be of each."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop-limit"
    TRAILING_STOP = "trailing-stop"
    MARKET_ON_OPEN = "market-on-open"
    MARKET_ON_CLOSE = "market-on-close"
    LIMIT_IF_TOUCHED = "limit-if-touched"
    BRACKET = "bracket"


class Params(RuleParams):
    allowed: tuple[Form, ...] = Field(
        min_length=1,
        max_length=len(Form),
        description="Types of orders that may open; a bracket needs its own and that of its entry",
        examples=[["limit", "bracket"]],
    )


def says(params: Params) -> str:
    return f"Enter with these types of orders only: {', '.join(form for form in Form if form in params.allowed)}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    forms = [Form(order.intent.order_type.value)]
    if order.intent.take_profit is not None or order.intent.stop_loss is not None:
        forms.append(Form.BRACKET)
    return [
        Violation(
            "ORDER_TYPES",
            f"{order.symbol}: entries are not made by {form.value} orders.",
            symbol=order.symbol,
        )
        for form in forms
        if form not in params.allowed
    ]


def problem_of(params: Params) -> str | None:
    if params.allowed == (Form.BRACKET,):
        return "A bracket has an entry of another type, so nothing could ever be opened."
    return None


KIND = Kind(
    name="order_types",
    title="Types of orders",
    category="strategy",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"ORDER_TYPES": "Entries are not made by orders of this type."},
    says=says,
    judge=judge,
    problem_of=problem_of,
)
