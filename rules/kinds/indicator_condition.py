"""Entries wait until an indicator is in a range."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from market.indicators import INDICATORS
from rules.kinds.base import Kind, Proposal, Situation, Verb, Violation
from rules.kinds.shared.entries import EntryParams
from rules.kinds.shared.symbols import rounded
from rules.verdicts import shown


class Which(StrEnum):
    RSI = "rsi"
    ZSCORE = "zscore"


NAMES = {Which.RSI: "RSI", Which.ZSCORE: "the z-score"}


class Params(EntryParams):
    model_config = ConfigDict(json_schema_extra={"examples": [{"indicator": "rsi", "at_most": 70}]})

    indicator: Which = Field(Which.RSI, description="RSI is 0 to 100, the z-score a number of deviations")
    indicator_bars: int = Field(14, ge=2, le=390, description="Over how many bars", examples=[14])
    at_least: Decimal | None = Field(None, ge=-100, le=100, description="Lowest it may be", examples=[30])
    at_most: Decimal | None = Field(None, ge=-100, le=100, description="Highest it may be", examples=[70])

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if not bounds:
            raise ValueError("Set the lowest, the highest or both, found neither")
        if bounds != sorted(bounds):
            raise ValueError(f"At least {self.at_least} and at most {self.at_most} should be a range")
        if self.indicator is Which.RSI and min(bounds) < 0:
            raise ValueError(f"RSI is never below 0, was {min(bounds)}")
        return self


def says(params: Params) -> str:
    bounds = (("at least", params.at_least), ("at most", params.at_most))
    wanted = " and ".join(f"{words} {shown(bound)}" for words, bound in bounds if bound is not None)
    name = f"{NAMES[params.indicator]}({params.indicator_bars})"
    return f"{params.entries.verb()} only while {name} is {wanted}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if not params.entries.hold(order):
        return ()
    indicator = INDICATORS[params.indicator.value]
    value = rounded(seen.market.value(order.symbol, indicator, params.indicator_bars))
    is_low = params.at_least is not None and value < params.at_least
    is_high = params.at_most is not None and value > params.at_most
    if not is_low and not is_high:
        return ()
    limit = params.at_least if is_low else params.at_most
    wanted = f"{'at least' if is_low else 'at most'} {shown(limit or Decimal(0))}"
    message = f"{order.symbol}: {NAMES[params.indicator]} is {shown(round(value, 2))}; {wanted} is wanted."
    return (Violation("INDICATOR_CONDITION", message, limit, value, "", order.symbol),)


KIND = Kind(
    name="indicator_condition",
    title="RSI or z-score in a range",
    category="entry_exit",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"INDICATOR_CONDITION": "The indicator is outside its range."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: params.indicator_bars + (params.indicator is Which.RSI),
)
