"""The deepest fall of a run's equity: its ends, and what each holding did in between."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from agents.selectors import held_then
from agents.tools.trips import Trip
from broker.charts import bars_until
from broker.equity import EquityCurve, to_dollars
from broker.models import Fill
from broker.selectors import fills_of
from runs.models import Run
from trading.types import Side


@dataclass(frozen=True, slots=True)
class Moment:
    """An end of the fall. Step 0 is the start, before any trade."""

    step: int
    at: datetime | None
    equity: Decimal


@dataclass(slots=True)
class Part:
    """What one symbol did to the account between peak and trough."""

    held_before: int
    held_after: int
    mark_before: Decimal | None
    mark_after: Decimal | None
    cash: Decimal = Decimal(0)  # from trades in between, without fees
    fees: Decimal = Decimal(0)
    trades: int = 0

    @property
    def profit(self) -> Decimal:
        return self.value_after - self.value_before + self.cash - self.fees

    @property
    def value_before(self) -> Decimal:
        return self.held_before * self.mark_before if self.mark_before is not None else Decimal(0)

    @property
    def value_after(self) -> Decimal:
        return self.held_after * self.mark_after if self.mark_after is not None else Decimal(0)


@dataclass(frozen=True)
class Fall:
    run: Run
    peak: Moment
    trough: Moment
    recovered: Moment | None
    parts: Mapping[str, Part]
    fills: Sequence[Fill]

    @property
    def loss(self) -> Decimal:
        return self.trough.equity - self.peak.equity

    @property
    def other(self) -> Decimal:
        """What no trade and no price explains: dividends, interest, borrow fees."""
        return self.loss - sum((part.profit for part in self.parts.values()), Decimal(0))


def fall_of(run: Run, curve: EquityCurve) -> Fall:
    """The first of the deepest falls, from the newest point at its peak."""
    low = int(curve.drawdown.argmax())
    before = curve.equity[: low + 1]
    peak_units = max(int(before.max()), curve.peak_before)
    at_peak = np.flatnonzero(before == peak_units)
    high = int(at_peak[-1]) if len(at_peak) else -1
    after = np.flatnonzero(curve.equity[low:] >= peak_units)
    peak = moment_of(curve, high) if high >= 0 else Moment(0, None, to_dollars(peak_units))
    trough = moment_of(curve, low)
    fills = [fill for fill in fills_of(run) if peak.step < fill.step <= trough.step]
    return Fall(
        run=run,
        peak=peak,
        trough=trough,
        recovered=moment_of(curve, low + int(after[0])) if len(after) else None,
        parts=parts_of(run, peak, trough, fills),
        fills=fills,
    )


def moment_of(curve: EquityCurve, index: int) -> Moment:
    point = curve.point(index)
    return Moment(point.step, point.at, point.equity)


def parts_of(run: Run, peak: Moment, trough: Moment, fills: Sequence[Fill]) -> dict[str, Part]:
    before = held_then(run, peak.step) if peak.step else {}
    after = held_then(run, trough.step)
    symbols = sorted({*before, *after, *(fill.symbol for fill in fills)})
    parts = {}
    for symbol in symbols:
        mark_before, mark_after = marks(run, symbol, peak.at, trough.at)
        parts[symbol] = Part(before.get(symbol, 0), after.get(symbol, 0), mark_before, mark_after)
    for fill in fills:
        part, value = parts[fill.symbol], fill.price * fill.quantity
        part.cash += value if fill.side == Side.SELL else -value
        part.fees += fill.fee
        part.trades += 1
    return parts


def marks(run: Run, symbol: str, *moments: datetime | None) -> list[Decimal | None]:
    """Closes of the last bars that had closed by each moment."""
    last = max(moment for moment in moments if moment is not None)
    bars = bars_until(run, symbol, last).to_bars()
    starts = [bar.start for bar in bars]

    def mark(moment: datetime | None) -> Decimal | None:
        row = bisect_left(starts, moment) if moment is not None else 0
        return bars[row - 1].close if row else None

    return [mark(moment) for moment in moments]


def overlaps(fall: Fall, trip: Trip) -> bool:
    return trip.row.entry_step <= fall.trough.step and trip.row.exit_step > fall.peak.step


def within(fall: Fall, trip: Trip) -> Decimal:
    """Profit of a trip's shares between peak and trough, at marks where it was entered before or left after."""
    row, part = trip.row, fall.parts[trip.row.symbol]
    was_held = row.entry_step <= fall.peak.step and part.mark_before is not None
    is_left = row.exit_step <= fall.trough.step or part.mark_after is None
    first = part.mark_before if was_held else row.entry_price
    last = row.exit_price if is_left else part.mark_after
    assert first is not None, "without a mark it counts as entered within"
    assert last is not None, "without a mark it counts as left within"
    return (last - first) * row.quantity * (1 if row.direction == "long" else -1)
