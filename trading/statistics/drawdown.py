"""Drawdown: how far equity stands below its running peak, as a fraction of that peak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from trading.statistics.curve import EquityCurve
from trading.statistics.sample import EMPTY, Floats, Numbers, as_floats, mean
from trading.statistics.section import Definition, Section

Positions = npt.NDArray[np.int64]


class Drawdowns(NamedTuple):
    """Every stay below a peak, oldest first, as positions in the equity series.

    `start` is the last point at the peak, `trough` the deepest one, `recovery` the first point at or above the peak
    again. `recovery` is the last position, and `is_recovered` false, for a drawdown that lasts to the end.
    """

    start: Positions
    trough: Positions
    recovery: Positions
    is_recovered: npt.NDArray[np.bool_]
    depth: Floats


def drawdown_series(equity: Numbers) -> Floats:
    """Return 1 − equity ÷ running peak at every point. The first value should be positive."""
    values = as_floats(equity)
    if values.size and not values[0] > 0:
        raise ValueError(f"The first equity should be above 0, was {values[0]}")
    return 1 - values / np.maximum.accumulate(values) if values.size else EMPTY


def drawdowns(equity: Numbers) -> Drawdowns:
    """Find every drawdown of an equity series that begins with the initial equity."""
    depth = drawdown_series(equity)
    is_below = np.concatenate(([False], depth > 0, [False]))
    edges = np.flatnonzero(np.diff(is_below))
    first, after = edges[::2], edges[1::2]  # the stretch [first, after) is below the peak
    is_recovered = after < depth.size
    troughs = [a + int(depth[a:b].argmax()) for a, b in zip(first, after, strict=True)]
    trough = np.array(troughs, dtype=np.int64)
    return Drawdowns(first - 1, trough, np.where(is_recovered, after, after - 1), is_recovered, depth[trough])


def max_drawdown(returns: Numbers) -> float | None:
    """Return the largest drawdown of the wealth that the returns compound to; the start counts as a peak."""
    given = as_floats(returns)
    if not given.size:
        return None
    growth = np.cumprod(1 + np.where(np.isnan(given), 0, given))
    return float(drawdown_series(np.concatenate(([1.0], growth))).max())


def longest_recovery(seconds: Floats, found: Drawdowns) -> float:
    """Return the longest time from a peak to the first point at or above it again, 0 without a recovery.

    `seconds` are the times of the points; unrecovered drawdowns do not count (LEAN, drawdown recovery).
    """
    lengths = (seconds[found.recovery] - seconds[found.start])[found.is_recovered]
    return float(lengths.max()) if lengths.size else 0.0


@dataclass(frozen=True)
class DrawdownStatistics(Section):
    """How far equity fell below its running peak, over every equity point, the initial equity included."""

    title: ClassVar[str] = "Drawdown"

    max_drawdown: Annotated[
        float | None,
        Definition("Max drawdown", "fraction", "max of 1 − equity ÷ running peak", "semantics 16"),
    ]
    max_drawdown_start_at: Annotated[
        datetime | None, Definition("Peak before it", "time", "last point at the peak", "tradelab")
    ]
    max_drawdown_trough_at: Annotated[
        datetime | None, Definition("Trough", "time", "deepest point", "tradelab")
    ]
    max_drawdown_recovered_at: Annotated[
        datetime | None,
        Definition("Recovered", "time", "first point at or above the peak again; — if not yet", "tradelab"),
    ]
    max_drawdown_seconds: Annotated[
        float | None, Definition("Its length", "seconds", "peak to recovery, or to the end", "tradelab")
    ]
    max_drawdown_recovery_seconds: Annotated[
        float | None, Definition("Its recovery", "seconds", "trough to recovery; — if not yet", "tradelab")
    ]
    drawdown_count: Annotated[int, Definition("Drawdowns", "count", "stays below a peak", "tradelab")]
    average_drawdown: Annotated[
        float | None,
        Definition("Average drawdown", "fraction", "mean depth of all drawdowns", "backtesting.py"),
    ]
    average_drawdown_seconds: Annotated[
        float | None,
        Definition("Average length", "seconds", "mean length of all drawdowns", "backtesting.py"),
    ]
    longest_drawdown_seconds: Annotated[
        float | None,
        Definition("Longest drawdown", "seconds", "longest length of a drawdown", "backtesting.py"),
    ]
    current_drawdown: Annotated[
        float | None,
        Definition("Current drawdown", "fraction", "1 − final equity ÷ running peak", "tradelab"),
    ]


def drawdown_statistics(curve: EquityCurve) -> DrawdownStatistics:
    """Compute the section. A drawdown from the initial equity starts at the first point, the earliest known."""
    found = drawdowns(curve.path)
    depth_now = float(drawdown_series(curve.path)[-1]) if curve.equity.size else None
    if not found.depth.size:  # never below a peak: zero, or undefined without a point
        return DrawdownStatistics(depth_now, None, None, None, None, None, 0, None, None, None, depth_now)
    start, trough, recovery = (np.maximum(p - 1, 0) for p in (found.start, found.trough, found.recovery))
    lengths = curve.seconds[recovery] - curve.seconds[start]
    deepest = int(found.depth.argmax())
    is_recovered = bool(found.is_recovered[deepest])
    to_recovery = float(curve.seconds[recovery[deepest]] - curve.seconds[trough[deepest]])
    return DrawdownStatistics(
        max_drawdown=float(found.depth[deepest]),
        max_drawdown_start_at=curve.times[start[deepest]],
        max_drawdown_trough_at=curve.times[trough[deepest]],
        max_drawdown_recovered_at=curve.times[recovery[deepest]] if is_recovered else None,
        max_drawdown_seconds=float(lengths[deepest]),
        max_drawdown_recovery_seconds=to_recovery if is_recovered else None,
        drawdown_count=found.depth.size,
        average_drawdown=mean(found.depth),
        average_drawdown_seconds=mean(lengths),
        longest_drawdown_seconds=float(lengths.max()),
        current_drawdown=depth_now,
    )
