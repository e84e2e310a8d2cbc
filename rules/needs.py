"""Whether the data that a kind of rule needs is there at all, found out before the rule is saved."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from django.db.models import Exists, OuterRef

from market.columns import Timeframe
from market.models import Bar, Instrument, QuoteBar
from rules.kinds import KINDS
from rules.kinds.base import Need
from rules.models import Rule

MOST_NAMED = 5


def missing_data(rule: Rule) -> str:
    """Why no run could enforce the rule: what it needs and nobody has; "" if there is no reason.

    A rule that names its symbols needs the data of each, one that looks at all of them of at least one. Where it turns
    out to be missing in a run all the same, the rule denies.
    """
    for need in sorted(KINDS[rule.kind].needs):
        lacking = symbols_without(rule, need)
        if lacking is None:
            return f"It needs {WORDS[need]}, and none has been imported, so it could only deny everything."
        if lacking:
            named = ", ".join(sorted(lacking)[:MOST_NAMED])
            return (
                f"It needs {WORDS[need]}, and there is none of {named}, so it could only deny orders in it."
            )
    return ""


WORDS = {
    Need.QUOTES: "bid and ask",
    Need.SECTORS: "the sector of an instrument",
    Need.HISTORY: "daily bars",
}


def symbols_without(rule: Rule, need: Need) -> set[str] | None:
    """The named symbols that lack it; None where no symbol at all has it."""
    named = set(rule.applies_to_symbols or rule.model.allowed_symbols) - set(rule.exclude_symbols)
    having = HAVING[need](named)
    if not named:
        return set() if having else None
    return None if not having else named - having if rule.applies_to_symbols else set()


def with_sector(named: Collection[str]) -> set[str]:
    found = Instrument.objects.exclude(sector="")
    if named:
        found = found.filter(symbol__in=named)
    return set(found.values_list("symbol", flat=True)[:1000])


def with_rows(
    table: type[Bar] | type[QuoteBar], timeframe: Timeframe | None, named: Collection[str]
) -> set[str]:
    rows = table._default_manager.filter(instrument=OuterRef("pk"))
    if timeframe is not None:
        rows = rows.filter(timeframe=timeframe)
    found = Instrument.objects.filter(Exists(rows))
    if named:
        found = found.filter(symbol__in=named)
    return set(found.values_list("symbol", flat=True)[: len(named) or 1])


HAVING: dict[Need, Callable[[Collection[str]], set[str]]] = {
    Need.SECTORS: with_sector,
    Need.QUOTES: partial(with_rows, QuoteBar, None),
    Need.HISTORY: partial(with_rows, Bar, Timeframe.DAY),
}
