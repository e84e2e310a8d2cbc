"""The equity curve of a run as columns: what its segments hold, joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from trading import reel
from trading.statistics import Moments

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNITS = reel.UNITS  # stored whole numbers are hundred-millionths of a dollar

_UNIT, _SCALE = Decimal(1).scaleb(-8), Decimal(UNITS)


def to_units(amounts: Iterable[Decimal]) -> Ints:
    """Dollars as whole units, rounded half even where a price had more than eight decimals."""
    found, last, units = [], None, 0
    for amount in amounts:
        if amount is not last:  # often the same again and again
            last, units = amount, int((amount * _SCALE).to_integral_value())
        found.append(units)
    return np.array(found, dtype=np.int64)


def is_whole(amount: Decimal) -> bool:
    """Whether an amount is a whole number of units."""
    units = amount * _SCALE
    return units == units.to_integral_value()


def to_dollars(units: int) -> Decimal:
    """The exact amount, without trailing zeros beyond the cent."""
    return int(units) * _UNIT


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """The account after one step, in dollars, and buy-and-hold at the same moment."""

    step: int
    at: datetime
    equity: Decimal
    cash: Decimal
    long_value: Decimal
    short_value: Decimal
    drawdown: float
    benchmark_equity: Decimal | None


class Columns(Protocol):
    """A part of a curve: an EquitySegment, or what stands for one."""

    @property
    def first_step(self) -> int: ...
    @property
    def at(self) -> Ints: ...
    @property
    def equity(self) -> Ints: ...
    @property
    def cash(self) -> Ints: ...
    @property
    def short_value(self) -> Ints: ...
    @property
    def benchmark(self) -> Ints | None: ...


class Segment(NamedTuple):
    first_step: int
    at: Ints
    equity: Ints
    cash: Ints
    short_value: Ints
    benchmark: Ints | None


@dataclass(frozen=True)
class EquityCurve:
    """Step by step from `first_step`: end of the step in epoch seconds UTC, amounts in units.

    `peak_before` is the highest equity before the first point, the initial cash for a whole run.
    """

    first_step: int
    at: Ints
    equity: Ints
    cash: Ints
    short_value: Ints
    benchmark: Ints | None
    peak_before: int

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def join(cls, segments: Sequence[Columns], initial_cash: Decimal) -> EquityCurve:
        """The curve of a run from its segments in order; of none, an empty one."""
        peak = int(initial_cash * UNITS)
        if not segments:
            none: Ints = np.empty(0, dtype=np.int64)
            return cls(1, none, none, none, none, None, peak)
        known = [segment.benchmark for segment in segments if segment.benchmark is not None]
        return cls(
            segments[0].first_step,
            np.concatenate([segment.at for segment in segments]),
            np.concatenate([segment.equity for segment in segments]),
            np.concatenate([segment.cash for segment in segments]),
            np.concatenate([segment.short_value for segment in segments]),
            np.concatenate(known) if len(known) == len(segments) else None,
            peak,
        )

    @property
    def dollars(self) -> Floats:
        return self.equity / UNITS

    @property
    def benchmark_dollars(self) -> Floats | None:
        return None if self.benchmark is None else self.benchmark / UNITS

    @property
    def times(self) -> Moments:
        return Moments(self.at)

    @property
    def gross_exposure(self) -> Floats:
        """Long and short value as a fraction of equity; nothing for an account that is worth nothing."""
        gross = self.equity - self.cash + 2 * self.short_value
        exposure = np.zeros(len(self.equity))
        np.divide(gross, self.equity, out=exposure, where=self.equity > 0)
        return exposure

    @cached_property
    def drawdown(self) -> Floats:
        """Fraction of the running peak that is lost at each point."""
        peaks = np.maximum(np.maximum.accumulate(self.equity), self.peak_before) if len(self) else self.equity
        return 1 - self.equity / peaks

    def point(self, index: int) -> EquityPoint:
        equity, cash, short = (int(column[index]) for column in (self.equity, self.cash, self.short_value))
        return EquityPoint(
            step=self.first_step + (index if index >= 0 else len(self) + index),
            at=datetime.fromtimestamp(int(self.at[index]), UTC),
            equity=to_dollars(equity),
            cash=to_dollars(cash),
            long_value=to_dollars(equity - cash + short),
            short_value=to_dollars(short),
            drawdown=float(self.drawdown[index]),
            benchmark_equity=None if self.benchmark is None else to_dollars(int(self.benchmark[index])),
        )

    def points(self) -> Iterator[EquityPoint]:
        return map(self.point, range(len(self)))
