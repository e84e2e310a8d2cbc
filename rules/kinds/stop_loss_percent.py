"""A position that has lost too much is closed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0,
        lt=100,
        description="Loss on its average price at which a position is closed",
        examples=["1.5", 5],
    )


def says(params: Params) -> str:
    return f"Stop loss: close a position when a bar closes with a loss of {shown(params.percent)} % or more."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    found = []
    for position in seen.held():
        loss, cost = -position.unrealised(seen.market.mark(position.symbol)), abs(position.cost)
        if loss * 100 < params.percent * cost:
            continue
        share = percent(loss, cost, params.percent)
        message = (
            f"{position.symbol} has lost {in_percent(share)}; it is stopped at {shown(params.percent)} %."
        )
        found.append(Violation("STOP_LOSS_PERCENT", message, params.percent, share, "%", position.symbol))
    return found


KIND = Kind(
    name="stop_loss_percent",
    title="Stop loss, %",
    category="stop_loss",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"STOP_LOSS_PERCENT": "The position has lost as much as is allowed."},
    says=says,
    watch=watch,
)
