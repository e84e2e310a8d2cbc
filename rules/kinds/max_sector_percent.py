"""No sector takes up more than a part of equity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.exposure import exposure_after
from rules.kinds.base import Kind, Need, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.sectors import same
from rules.verdicts import in_percent, percent, shown


class Params(RuleParams):
    percent: Decimal = Field(gt=0, le=100, description="Most of equity in one sector", examples=[25])


def says(params: Params) -> str:
    return f"Never put more than {shown(params.percent)} % of equity into one sector."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    sector = seen.market.sector(order.symbol)
    others = {*seen.account.positions, *(other.symbol for other in order.beside if other.is_opening)}
    alike = {
        symbol
        for symbol in sorted(others)
        if symbol in seen.scope and same(seen.market.sector(symbol), sector)
    }
    size = exposure_after(order, seen.account, alike).gross
    if size * 100 <= params.percent * order.equity:
        return ()
    share = percent(size, order.equity, params.percent)
    message = (
        f"{order.symbol}: {sector} would be {in_percent(share)} of equity; "
        f"{shown(params.percent)} % is allowed."
    )
    return (Violation("MAX_SECTOR_PERCENT", message, params.percent, share, "%", order.symbol),)


KIND = Kind(
    name="max_sector_percent",
    title="Largest sector, % of equity",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.RESIZE),
    codes={"MAX_SECTOR_PERCENT": "The sector would be too large a part of equity."},
    says=says,
    judge=judge,
    needs=frozenset({Need.SECTORS}),
)
