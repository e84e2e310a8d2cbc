"""The one door of a run, with the limits of its snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from agents.timeline import Timeline, bounds_of
from market.calendar import exchange_day
from market.models import Instrument
from rules.door import Door, make_door
from rules.gates import GATES, Gate
from rules.limits import EffectiveLimits, effective_limits
from rules.market_view import Hours, MarketView
from runs.models import Run, Session


def door_of(
    run: Run, timeline: Timeline, limits: EffectiveLimits | None = None, *, gates: Sequence[Gate] = GATES
) -> Door:
    """The door of a run. Other limits and fewer gates are for what-ifs, which store nothing."""
    sectors = sectors_of(run.symbols)
    return make_door(
        effective_limits(run.snapshot) if limits is None else limits,
        known_symbols=frozenset(run.symbols),
        next_trade_at=timeline.next_trade_at,
        sectors=sectors,
        market=market_view(run, timeline, sectors),
        gates=gates,
        feed_problem=timeline.feed_problem if timeline.problems else None,
    )


def market_view(run: Run, timeline: Timeline, sectors: dict[str, str]) -> MarketView:
    """What the rules of a run may know of the market, with a clock of its own that stands before the first bar."""
    session = run.session or Session.REGULAR

    @cache
    def hours(began: datetime) -> Hours:
        return Hours(*bounds_of(exchange_day(began), session))

    return MarketView(
        timeline.reader,
        quotes=timeline.quote_reel(),
        sectors=sectors,
        history=timeline.history,
        hours=hours,
        next_trade_at=timeline.next_trade_at,
    )


def sectors_of(symbols: list[str]) -> dict[str, str]:
    return dict(Instrument.objects.filter(symbol__in=symbols).values_list("symbol", "sector"))
