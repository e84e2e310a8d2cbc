"""What has to be stored before a live run is run again: a run again stands on stored bars, not on what arrived."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q

from core.errors import Conflict
from market.columns import Timeframe
from market.models import Bar
from runs.live.models import Fate, LiveBar
from runs.models import Run

MOST_NAMED = 5


def stored_check(run: Run) -> None:
    """Raises Conflict where a live run saw bars that are not stored, naming how many and of what; others pass."""
    if not run.is_live:
        return
    stored = Bar.objects.filter(
        instrument__symbol=OuterRef("symbol"), timeframe=Timeframe.MINUTE.value, start=OuterRef("start")
    )
    seen = LiveBar.objects.filter(run=run, fate=Fate.TAKEN).annotate(is_stored=Exists(stored))
    counts = seen.order_by("symbol").values("symbol")
    rows = counts.annotate(seen=Count("pk"), lacking=Count("pk", filter=Q(is_stored=False)))
    lacking = {row["symbol"]: row["lacking"] for row in rows if row["lacking"]}
    if lacking:
        raise Conflict(words(run, sum(row["seen"] for row in rows), lacking), code="bars_not_stored")


def words(run: Run, seen: int, lacking: dict[str, int]) -> str:
    names = list(lacking)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (
        f"Run {run.number} was live, and {sum(lacking.values()):,} of the {seen:,} bars that it saw are not stored: of "
        f"{', '.join(names[:MOST_NAMED])}{more}. Bring them under Downloads, minute bars of {run.date_from}, and try "
        "again. Its replay and its what-ifs walk over what it saw and need nothing."
    )
