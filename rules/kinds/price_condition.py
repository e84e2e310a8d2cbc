"""Entries wait until the price stands where it should beside a line of its chart."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from market.indicators import INDICATORS
from rules.kinds.base import Kind, Proposal, Situation, Verb, Violation
from rules.kinds.shared.entries import EntryParams
from rules.kinds.shared.symbols import rounded
from rules.verdicts import dollars


class Line(StrEnum):
    VWAP = "vwap"
    SMA = "sma"
    EMA = "ema"
    HIGHEST_BEFORE = "highest_before"
    LOWEST_BEFORE = "lowest_before"


NAMES = {line: line.upper() for line in Line} | {
    Line.HIGHEST_BEFORE: "the highest high before",
    Line.LOWEST_BEFORE: "the lowest low before",
}


class Params(EntryParams):
    price: Literal["above", "below"] = Field(
        description="Where the last close should be, or exactly at the line", examples=["above"]
    )
    line: Line = Field(description="An indicator of the same symbol", examples=["vwap"])
    line_bars: int | None = Field(
        None, ge=1, le=390, description="Over how many bars; VWAP begins with the day", examples=[20]
    )

    @model_validator(mode="after")
    def _has_bars(self) -> Self:
        if (self.line is Line.VWAP) != (self.line_bars is None):
            wanted = "takes no" if self.line is Line.VWAP else "needs"
            raise ValueError(f"{self.line.value} {wanted} line bars, found {self.line_bars or 'none'}")
        return self

    @property
    def name(self) -> str:
        return f"{NAMES[self.line]} ({self.line_bars} bars)" if self.line_bars else NAMES[self.line]


def says(params: Params) -> str:
    return f"{params.entries.verb()} only while the last close is at or {params.price} {params.name}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    if not params.entries.hold(order):
        return ()
    lengths = [params.line_bars] if params.line_bars else []
    level = rounded(seen.market.value(order.symbol, INDICATORS[params.line], *lengths))
    close = seen.market.mark(order.symbol)
    if close == level or (close > level) == (params.price == "above"):
        return ()
    where = f"not {params.price} {params.name} at {dollars(level)}"
    message = f"{order.symbol} closed at {dollars(close)}, {where}."
    return (Violation("PRICE_CONDITION", message, level, close, "$", order.symbol),)


KIND = Kind(
    name="price_condition",
    title="Price beside an average or extreme",
    category="entry_exit",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"PRICE_CONDITION": "The price stands on the wrong side of the line."},
    says=says,
    judge=judge,
    bars_wanted=lambda params: (params.line_bars or 1) + params.line.endswith("_before"),
)
