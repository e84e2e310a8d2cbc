"""Too far below the best that the account has been worth, nothing new is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(
        gt=0, lt=100, description="Furthest that equity may be below its highest so far", examples=[10, 5]
    )


def says(params: Params) -> str:
    return f"Let equity fall at most {shown(params.percent)} % below its highest so far."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    peak = seen.account.peak_equity
    lost = peak - seen.account.equity()
    if lost * 100 <= params.percent * peak:
        return ()
    share = percent(lost, peak, params.percent)
    message = f"Equity is {in_percent(share)} below its highest; {shown(params.percent)} % is allowed."
    return (Violation("MAX_DRAWDOWN", message, params.percent, share, "%"),)


def caps(params: Params) -> Mapping[str, Decimal]:
    return {"drawdown_percent": params.percent}


KIND = Kind(
    name="max_drawdown",
    title="Largest drawdown",
    category="risk",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.REJECT_TRADE, Verb.FORCE_LIQUIDATE),
    codes={"MAX_DRAWDOWN": "Equity is further below its highest than the limit allows."},
    says=says,
    watch=watch,
    caps=caps,
)
