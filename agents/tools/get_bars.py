"""Bars of a run as far as its clock has come: what came later is not shown while it is under way, nor after."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from pydantic import Field

from agents.tools.about import run_asked, run_facts, run_link, run_notes, run_title
from agents.tools.base import Asking, RunArguments, Tool
from agents.tools.moments import Moment, span_of
from agents.tools.payload import Fact, Payload, Row, Table, Unit, series_of, table_of
from broker.charts import bars_until
from core.errors import UserError
from market.columns import BarColumns
from runs.models import Run

MOST_BARS = 100
COLUMNS = [
    ("start", "Start", Unit.TIME),
    *((name, name.capitalize(), Unit.PRICE) for name in ("open", "high", "low", "close")),
    ("volume", "Volume", Unit.QUANTITY),
]


class GetBars(RunArguments):
    symbol: str | None = Field(None, description="One of the run's; without it the first.", max_length=32)
    time_from: Moment | None = None
    time_to: Moment | None = None
    merge: int = Field(1, ge=1, le=390, description="Put so many neighbouring bars into one.")
    limit: int = Field(30, ge=1, le=MOST_BARS, description="Most bars to list, the newest.")


def get_bars(asking: Asking, wanted: GetBars) -> Payload:
    run = run_asked(asking, wanted)
    symbol = symbol_asked(run, wanted.symbol)
    bars = bars_between(run, symbol, wanted)
    merged = bars.merged(wanted.merge)
    return Payload(
        title=f"Bars of {symbol} in {run_title(run)}",
        about=run_facts(run),
        facts=[Fact(key="symbol", label="Symbol", value=symbol), *bar_facts(bars)],
        tables=[bar_table(merged, wanted.limit)],
        series=[series_of(f"Close of {symbol}", Unit.PRICE, times(merged), merged.close.tolist())],
        links=[run_link(run)],
        notes=run_notes(run),
    )


def symbol_asked(run: Run, symbol: str | None) -> str:
    found = run.symbols[0] if symbol is None else symbol.upper()
    if found not in run.symbols:
        raise UserError(f"Run {run.number} trades {', '.join(run.symbols)}, not {found}.")
    return found


def bars_between(run: Run, symbol: str, wanted: GetBars) -> BarColumns:
    """The run's bars that had closed by its clock and started between the two moments."""
    if run.simulated_at is None:
        raise UserError("The run has not taken a step yet, so it has seen no bars.")
    bars = bars_until(run, symbol, run.simulated_at)
    first, last = (
        None if at is None else int(at.timestamp()) for at in span_of(run, wanted.time_from, wanted.time_to)
    )
    chosen = np.ones(len(bars.start), dtype=np.bool_)
    if first is not None:
        chosen &= bars.start >= first
    if last is not None:
        chosen &= bars.start <= last
    return bars.rows(chosen)


def bar_facts(bars: BarColumns) -> list[Fact]:
    count = len(bars.start)
    opened, closed = (float(bars.open[0]), float(bars.close[-1])) if count else (None, None)
    change = None if opened is None or closed is None else closed / opened - 1
    return [
        Fact(key="bars", label="Bars", value=count, unit=Unit.COUNT),
        Fact(key="first_open", label="First open", value=opened, unit=Unit.PRICE),
        Fact(key="last_close", label="Last close", value=closed, unit=Unit.PRICE),
        Fact(key="change", label="Change", value=change, unit=Unit.PERCENT),
        Fact(key="high", label="High", value=float(bars.high.max()) if count else None, unit=Unit.PRICE),
        Fact(key="low", label="Low", value=float(bars.low.min()) if count else None, unit=Unit.PRICE),
        Fact(key="volume", label="Volume", value=int(bars.volume.sum()), unit=Unit.QUANTITY),
    ]


def times(bars: BarColumns) -> list[datetime]:
    return [datetime.fromtimestamp(second, UTC) for second in bars.start.tolist()]


def bar_table(bars: BarColumns, most: int) -> Table:
    newest = bars.rows(slice(-most, None))
    rows = [
        Row(values=[start, *values])
        for start, *values in zip(times(newest), *(column.tolist() for column in newest[1:]), strict=True)
    ]
    return table_of("Newest bars", COLUMNS, rows, total=len(bars.start))


TOOL = Tool(
    "get_bars",
    "Open, high, low, close and volume of a run's symbol between two moments, up to the run's simulated clock; "
    "neighbouring bars can be merged.",
    GetBars,
    get_bars,
)
