"""Looking at several symbols, of which some may lack what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from rules.kinds.base import Missing, Situation, Violation

PLACES = 6


def look_at_each(symbols: Iterable[str], look: Callable[[str], Violation | None]) -> list[Violation]:
    """Every violation; Missing is raised only where there is none, so that one blind spot hides no other symbol."""
    found, blind = [], None
    for symbol in symbols:
        try:
            violation = look(symbol)
        except Missing as missing:
            blind = blind or missing
        else:
            if violation:
                found.append(violation)
    if blind and not found:
        raise blind
    return found


def just_traded(seen: Situation) -> Iterator[str]:
    """The symbols that the rule looks at and of which a bar has closed in this step."""
    for symbol, at in sorted(seen.account.marked_at.items()):
        if at == seen.account.now and symbol in seen.scope:
            yield symbol


def rounded(value: float) -> Decimal:
    """An indicator as a decimal, without what floating point left at its end: equal is equal."""
    return round(Decimal(value), PLACES)
