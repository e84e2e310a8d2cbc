"""Only listed sectors are opened."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, Need, Proposal, Situation, Verb, Violation
from rules.kinds.shared.sectors import SectorParams


class Params(SectorParams):
    """All that may be opened."""


def says(params: Params) -> str:
    return f"Open nothing outside {', '.join(params.sectors)}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    sector = seen.market.sector(order.symbol)
    if params.hold(sector):
        return ()
    message = f"{order.symbol} belongs to {sector}, which is not on the list: {', '.join(params.sectors)}."
    return (Violation("ALLOWED_SECTORS", message, symbol=order.symbol),)


KIND = Kind(
    name="allowed_sectors",
    title="Allowed sectors",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"ALLOWED_SECTORS": "The symbol's sector is not on the list."},
    says=says,
    judge=judge,
    needs=frozenset({Need.SECTORS}),
)
