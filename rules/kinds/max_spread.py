"""Entries need bid and ask close to each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from rules.kinds.base import Kind, Need, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import shown


class Params(RuleParams):
    model_config = ConfigDict(json_schema_extra={"examples": [{"dollars": "0.05"}, {"bps": 5}]})

    dollars: Decimal | None = Field(
        None, gt=0, le=1000, description="Widest spread in money", examples=["0.05"]
    )
    bps: Decimal | None = Field(
        None, gt=0, le=10_000, description="Widest spread in basis points of the price between", examples=[5]
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.dollars is None) == (self.bps is None):
            raise ValueError(f"Set either dollars or bps, found {'neither' if self.bps is None else 'both'}")
        return self


def says(params: Params) -> str:
    widest = (
        f"${shown(params.dollars)}"
        if params.dollars
        else f"{shown(params.bps or Decimal(0))} bp of the price"
    )
    return f"Enter only while bid and ask are at most {widest} apart."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    quote, symbol = seen.market.quote(order.symbol), order.symbol
    if params.dollars is not None:
        if quote.spread <= params.dollars:
            return ()
        message = f"{symbol} is quoted ${shown(quote.spread)} wide; ${shown(params.dollars)} is allowed."
        return (Violation("MAX_SPREAD", message, params.dollars, quote.spread, "$", symbol),)
    limit, middle = params.bps or Decimal(0), (quote.bid + quote.ask) / 2
    if quote.spread * 10_000 <= limit * middle:
        return ()
    wide = round(quote.spread * 10_000 / middle, 4)
    message = f"{symbol} is quoted {shown(wide)} bp wide; {shown(limit)} bp is allowed."
    return (Violation("MAX_SPREAD", message, limit, wide, "bp", symbol),)


KIND = Kind(
    name="max_spread",
    title="Widest spread",
    category="entry_exit",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"MAX_SPREAD": "Bid and ask are too far apart."},
    says=says,
    judge=judge,
    needs=frozenset({Need.QUOTES}),
)
