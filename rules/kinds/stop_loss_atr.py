"""A position that has lost several times what its symbol usually moves is closed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.symbols import look_at_each, rounded
from rules.verdicts import dollars, shown


class Params(RuleParams):
    multiple: Decimal = Field(
        gt=0,
        le=100,
        description="Loss a share at which a position is closed, as a multiple of ATR",
        examples=[2],
    )
    atr_bars: int = Field(14, ge=1, le=390, description="Bars over which ATR is smoothed", examples=[14])


def says(params: Params) -> str:
    return (
        f"Stop loss: close a position when a bar closes {shown(params.multiple)} × ATR({params.atr_bars}) or more "
        "against its average price; ATR is that bar's."
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    seen.market.atr(order.symbol, params.atr_bars)  # nothing is opened that could not be watched
    return ()


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    def look(symbol: str) -> Violation | None:
        position = seen.account.positions[symbol]
        reach = params.multiple * rounded(seen.market.atr(symbol, params.atr_bars))
        loss = -position.unrealised(seen.market.mark(symbol))
        if loss < reach * abs(position.quantity):
            return None
        lost = loss / abs(position.quantity)
        message = f"{symbol} has lost {dollars(lost)} a share; it is stopped at {dollars(reach)}."
        return Violation("STOP_LOSS_ATR", message, reach, round(lost, 6), "$", symbol)

    return look_at_each((position.symbol for position in seen.held()), look)


KIND = Kind(
    name="stop_loss_atr",
    title="Stop loss, × ATR",
    category="stop_loss",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"STOP_LOSS_ATR": "The position has lost too many times its symbol's usual range."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: params.atr_bars,
    watch=watch,
)
