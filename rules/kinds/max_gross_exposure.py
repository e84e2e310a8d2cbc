"""Everything held, long and short together, stays below a part of equity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import exposure_after
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0, le=400, description="Most of equity that longs and shorts together may be worth", examples=[100]
    )


def says(params: Params) -> str:
    return f"Keep longs and shorts together within {shown(params.percent)} % of equity."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    gross = exposure_after(order, seen.account, seen.scope).gross
    if gross * 100 <= params.percent * order.equity:
        return ()
    share = percent(gross, order.equity, params.percent)
    message = (
        f"{order.symbol}: longs and shorts together would be {in_percent(share)} of equity; "
        f"{shown(params.percent)} % is allowed."
    )
    return (Violation("MAX_GROSS_EXPOSURE", message, params.percent, share, "%", order.symbol),)


KIND = Kind(
    name="max_gross_exposure",
    title="Largest gross exposure",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_GROSS_EXPOSURE": "Longs and shorts together would be too large a part of equity."},
    says=says,
    judge=judge,
)
