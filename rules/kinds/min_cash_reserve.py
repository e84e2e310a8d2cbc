"""Some of the money stays free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import cash_after, free_margin_after, is_cash_account
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0, lt=100, description="Least of equity that stays in cash or free margin", examples=[20, 10]
    )


def says(params: Params) -> str:
    return f"Keep at least {shown(params.percent)} % of equity in cash; in a margin account, as free margin."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    is_cash = is_cash_account(seen.account)
    left = cash_after(order, seen.account) if is_cash else free_margin_after(order, seen.account)
    if left * 100 >= params.percent * order.equity:
        return ()
    share = percent(left, order.equity, params.percent)
    message = (
        f"{order.symbol}: {'cash' if is_cash else 'free margin'} after the order would be {in_percent(share)} of "
        f"equity; {shown(params.percent)} % is kept back."
    )
    return (Violation("MIN_CASH_RESERVE", message, params.percent, share, "%", order.symbol),)


def caps(params: Params) -> Mapping[str, Decimal]:
    return {"cash_reserve_percent": params.percent}


KIND = Kind(
    name="min_cash_reserve",
    title="Cash kept back, % of equity",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MIN_CASH_RESERVE": "Too little cash or free margin would be left."},
    says=says,
    judge=judge,
    caps=caps,
)
