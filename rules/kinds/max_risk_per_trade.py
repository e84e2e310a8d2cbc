"""A position that is stopped out costs no more than a part of equity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import entry_price, shares_after
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown
from trading.money import ZERO


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0, le=100, description="Most of equity that one position may lose down to its stop", examples=[1]
    )
    assumed_stop_percent: Decimal | None = Field(
        None,
        gt=0,
        le=100,
        description="How far from the entry the stop is taken to be where an order names none, as another rule may set "
        "it; without this such an order is denied",
        examples=[2],
    )


def says(params: Params) -> str:
    assumed = params.assumed_stop_percent
    stop = (
        "which every order names"
        if assumed is None
        else f"{shown(assumed)} % away where the order names none"
    )
    return f"Risk at most {shown(params.percent)} % of equity on one position between entry and stop loss, {stop}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    entry, sign, stop = entry_price(order), order.side.sign, order.intent.stop_loss
    if stop is None and params.assumed_stop_percent is None:
        message = f"{order.symbol}: the order names no stop loss, so nobody knows what it risks."
        return (Violation("STOP_LOSS_WANTED", message, symbol=order.symbol),)
    if stop is None:
        stop = entry * (1 - sign * (params.assumed_stop_percent or ZERO) / 100)
    risk = shares_after(order, seen.account) * max((entry - stop) * sign, ZERO)
    if risk * 100 <= params.percent * order.equity:
        return ()
    share = percent(risk, order.equity, params.percent)
    message = (
        f"{order.symbol} would risk {in_percent(share)} of equity; {shown(params.percent)} % is allowed."
    )
    return (Violation("MAX_RISK_PER_TRADE", message, params.percent, share, "%", order.symbol),)


KIND = Kind(
    name="max_risk_per_trade",
    title="Most at risk in a trade",
    category="position_sizing",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={
        "MAX_RISK_PER_TRADE": "Stopped out, the position would lose too large a part of equity.",
        "STOP_LOSS_WANTED": "The order names no stop loss, so what it risks is not known.",
    },
    says=says,
    judge=judge,
)
