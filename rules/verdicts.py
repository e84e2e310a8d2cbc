"""How a denial is worded: numbers with units, and whose limit it is."""

from __future__ import annotations

from decimal import Decimal

from rules.limits import Limits

RULE = "rule: "  # a rule as a source, and as the tag of what it orders, is this and its name
_OWNERS = {"gate": "the gate", "profile": "the profile", "model": "the Model"}


def owner(source: str) -> str:
    """Who sets the limit, in words: "the profile", "the rule 'No lunch trades'"."""
    return _OWNERS.get(source) or f"the rule '{source.removeprefix(RULE)}'"


def dollars(amount: Decimal) -> str:
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def shown(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def above(ceilings: Limits, attempted: Decimal) -> Limits:
    """The ceilings that `attempted` exceeds. Equality passes."""
    if not ceilings or attempted <= ceilings[0].value:
        return ()
    return tuple(limit for limit in ceilings if attempted > limit.value)


def share_above(ceilings: Limits, part: Decimal, whole: Decimal) -> Limits:
    """The percentages of `whole` that `part` exceeds, compared without a division."""
    scaled = part * 100
    if not ceilings or scaled <= ceilings[0].value * whole:
        return ()
    return tuple(limit for limit in ceilings if scaled > limit.value * whole)


def share_below(floors: Limits, part: Decimal, whole: Decimal) -> Limits:
    """The percentages of `whole` that `part` stays under. Equality passes."""
    scaled = part * 100
    if not floors or scaled >= floors[0].value * whole:
        return ()
    return tuple(limit for limit in floors if scaled < limit.value * whole)


def percent(part: Decimal, whole: Decimal, limit: Decimal) -> Decimal | None:
    """`part` in percent of `whole`, with as many places as it takes to be seen apart from the limit.

    None where there is no whole to speak of.
    """
    if whole <= 0:
        return None
    exact = part * 100 / whole
    return next((short for places in (2, 4, 8) if (short := round(exact, places)) != limit), exact)


def in_percent(share: Decimal | None) -> str:
    return "more than everything" if share is None else f"{share:,f} %".replace("-", "−")
