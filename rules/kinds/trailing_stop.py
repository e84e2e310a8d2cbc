"""A position that has come off its best by too much is closed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.verdicts import dollars, in_percent, percent, shown
from trading.money import ZERO


class Params(RuleParams):
    trail_percent: Decimal = Field(
        gt=0,
        lt=100,
        description="How far from the best price since its entry a position is closed",
        examples=[2],
    )
    arm_percent: Decimal = Field(
        ZERO,
        ge=0,
        le=1000,
        description="Gain on its average price from which on the stop works; 0 is from the start",
        examples=[5],
    )


def says(params: Params) -> str:
    armed = f", once it has been up {shown(params.arm_percent)} %" if params.arm_percent else ""
    return (
        f"Trailing stop: close a position when a bar closes {shown(params.trail_percent)} % or more off its best price"
        f"{armed}."
    )


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    found = []
    for position in seen.held():
        symbol, is_long = position.symbol, position.quantity > 0
        best = max(lot.high for lot in position.lots) if is_long else min(lot.low for lot in position.lots)
        is_armed = position.unrealised(best) * 100 >= params.arm_percent * abs(position.cost)
        off = (best - seen.market.mark(symbol)) * (1 if is_long else -1)
        if not is_armed or off * 100 < params.trail_percent * best:
            continue
        share = percent(off, best, params.trail_percent)
        message = (
            f"{symbol} is {in_percent(share)} off its best price of {dollars(best)}; it is stopped at "
            f"{shown(params.trail_percent)} %."
        )
        found.append(Violation("TRAILING_STOP", message, params.trail_percent, share, "%", symbol))
    return found


KIND = Kind(
    name="trailing_stop",
    title="Trailing stop",
    category="stop_loss",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"TRAILING_STOP": "The position is too far off its best price."},
    says=says,
    watch=watch,
)
