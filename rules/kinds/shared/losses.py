"""What limits on losses have in common: an amount of money, or a part of the equity that the loss is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from rules.kinds.base import RuleParams, Violation
from rules.verdicts import dollars, in_percent, percent, shown


class LossParams(RuleParams):
    model_config = ConfigDict(json_schema_extra={"examples": [{"percent": 3}, {"dollars": 500}]})

    percent: Decimal | None = Field(
        None, gt=0, lt=100, description="Largest loss, as a part of equity before it", examples=[3]
    )
    dollars: Decimal | None = Field(
        None, gt=0, le=1_000_000_000, description="Largest loss in money", examples=[500]
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.percent is None) == (self.dollars is None):
            found = "neither" if self.percent is None else "both"
            raise ValueError(f"Set either percent or dollars, found {found}")
        return self

    def amount(self, base: str) -> str:
        """ "3 % of `base`" or "$500.00"."""
        return (
            dollars(self.dollars)
            if self.dollars is not None
            else f"{shown(self.percent or Decimal(0))} % of {base}"
        )


def beyond(params: LossParams, before: Decimal, now: Decimal, code: str, since: str) -> Sequence[Violation]:
    """The violation if more is lost than the limit; percentages are of the equity `before`."""
    loss = before - now
    if params.dollars is not None:
        if loss <= params.dollars:
            return ()
        message = f"{dollars(loss)} is lost since {since}; {dollars(params.dollars)} is allowed."
        return (Violation(code, message, params.dollars, loss, "$"),)
    limit = params.percent or Decimal(0)
    if loss * 100 <= limit * before:
        return ()
    share = percent(loss, before, limit)
    message = f"{in_percent(share)} of equity is lost since {since}; {shown(limit)} % is allowed."
    return (Violation(code, message, limit, share, "%"),)
