"""Listed sectors are not opened."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, Need, Proposal, Situation, Verb, Violation
from rules.kinds.shared.sectors import SectorParams


class Params(SectorParams):
    """What is never opened."""


def says(params: Params) -> str:
    return f"Open nothing in {' or '.join(params.sectors)}."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    sector = seen.market.sector(order.symbol)
    if not params.hold(sector):
        return ()
    message = f"{order.symbol} belongs to {sector}, a sector to stay out of."
    return (Violation("AVOIDED_SECTORS", message, symbol=order.symbol),)


KIND = Kind(
    name="avoided_sectors",
    title="Avoided sectors",
    category="screening",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"AVOIDED_SECTORS": "The symbol's sector is one to stay out of."},
    says=says,
    judge=judge,
    needs=frozenset({Need.SECTORS}),
)
