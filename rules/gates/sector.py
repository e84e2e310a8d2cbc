"""Sectors that the user stays out of."""

from __future__ import annotations

from collections.abc import Sequence

from rules.gates.base import PASSED, Gate
from rules.limits import EffectiveLimits, Source
from rules.proposal import Proposal
from trading.ledger import Account
from trading.types import Verdict


def check(order: Proposal, account: Account, limits: EffectiveLimits) -> Sequence[Verdict]:
    avoided, symbol = limits.avoided_sectors, order.symbol
    if not avoided:
        return PASSED
    sector = order.venue.sectors.get(symbol, "").strip()
    if not sector:
        message = f"The sector of {symbol} is not known, and the profile avoids {', '.join(sorted(avoided))}."
        return (Verdict("SECTOR_UNKNOWN", message, Source.PROFILE, symbol=symbol),)
    if sector.casefold() not in {name.casefold() for name in avoided}:
        return PASSED
    message = f"{symbol} belongs to {sector}, a sector that the profile avoids."
    return (Verdict("SECTOR_AVOIDED", message, Source.PROFILE, symbol=symbol),)


GATE = Gate(
    name="sector",
    sentence="Blocks an opening order in a sector that the profile avoids, or in a symbol of unknown sector while the "
    "profile avoids any.",
    codes={
        "SECTOR_AVOIDED": "The profile avoids the symbol's sector.",
        "SECTOR_UNKNOWN": "The profile avoids sectors, and the symbol's is not known.",
    },
    check=check,
)
