"""The one door of a run, with the limits of its snapshot."""

from __future__ import annotations

from collections.abc import Sequence

from agents.timeline import Timeline
from market.models import Instrument
from rules.approve import make_approve
from rules.gates import GATES, Gate
from rules.limits import EffectiveLimits, effective_limits
from runs.models import Run
from trading.session import Approve


def approve_of(
    run: Run, timeline: Timeline, limits: EffectiveLimits | None = None, *, gates: Sequence[Gate] = GATES
) -> Approve:
    """The door of a run. Other limits and fewer gates are for what-ifs, which store nothing."""
    return make_approve(
        effective_limits(run.snapshot) if limits is None else limits,
        known_symbols=frozenset(run.symbols),
        next_trade_at=timeline.next_trade_at,
        sectors=sectors_of(run.symbols),
        gates=gates,
    )


def sectors_of(symbols: list[str]) -> dict[str, str]:
    return dict(Instrument.objects.filter(symbol__in=symbols).values_list("symbol", "sector"))
