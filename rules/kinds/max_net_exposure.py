"""Longs and shorts stay in balance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import exposure_after
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown
from trading.types import Side


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0,
        le=400,
        description="Most of equity by which longs may outweigh shorts, or shorts longs",
        examples=[50],
    )


def says(params: Params) -> str:
    return (
        f"Never let longs outweigh shorts, or shorts longs, by more than {shown(params.percent)} % of equity."
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    net = exposure_after(order, seen.account, seen.scope).net
    if net * 100 <= params.percent * order.equity:
        return ()
    share = percent(net, order.equity, params.percent)
    more, less = ("longs", "shorts") if order.side is Side.BUY else ("shorts", "longs")
    message = (
        f"{order.symbol}: {more} would outweigh {less} by {in_percent(share)} of equity; "
        f"{shown(params.percent)} % is allowed."
    )
    return (Violation("MAX_NET_EXPOSURE", message, params.percent, share, "%", order.symbol),)


KIND = Kind(
    name="max_net_exposure",
    title="Largest net exposure",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_NET_EXPOSURE": "Longs or shorts would outweigh the others by too much of equity."},
    says=says,
    judge=judge,
)
