"""A bar far out of the ordinary ends trading."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from pydantic import Field

from market.columns import BarColumns, Ints
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.symbols import just_traded, look_at_each
from rules.verdicts import dollars, shown

MILLION = 1_000_000


class Params(RuleParams):
    times: Decimal = Field(
        gt=1,
        le=1000,
        description="Most that a bar's range may be, as a multiple of the mean before",
        examples=[5],
    )
    mean_bars: int = Field(20, ge=2, le=390, description="Bars of which the mean is taken", examples=[20])


def says(params: Params) -> str:
    return f"Emergency halt: no bar moves more than {shown(params.times)} × the mean of the {params.mean_bars} bars before."


def ranges(bars: BarColumns) -> Ints:
    """The true range of every bar but the first, in millionths of a dollar, so that equal is equal."""
    high, low, close = (
        np.rint(price * MILLION).astype(np.int64) for price in (bars.high, bars.low, bars.close)
    )
    found: Ints = np.maximum(high[1:], close[:-1]) - np.minimum(low[1:], close[:-1])
    return found


def spike(params: Params, symbol: str, seen: Situation) -> Violation | None:
    found = ranges(seen.market.bars(symbol, params.mean_bars + 2))
    last, usual = int(found[-1]), int(found[:-1].sum())
    if last * params.mean_bars <= params.times * usual:
        return None
    moved, limit = Decimal(last) / MILLION, round(params.times * usual / params.mean_bars / MILLION, 6)
    message = f"{symbol} moved {dollars(moved)} in one bar; up to {dollars(limit)} is taken for ordinary."
    return Violation("HALT_ON_VOLATILITY", message, limit, moved, "$", symbol)


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    found = spike(params, order.symbol, seen)
    return () if found is None else (found,)


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    return look_at_each(just_traded(seen), lambda symbol: spike(params, symbol, seen))


KIND = Kind(
    name="halt_on_volatility",
    title="Halt on a volatility spike",
    category="emergency",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"HALT_ON_VOLATILITY": "A bar has moved far more than those before it."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: params.mean_bars + 2,
    watch=watch,
)
