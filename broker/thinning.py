"""Long runs drawn with fewer points, so that nothing that stands out is lost: highs, lows and every price that was touched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from broker.equity import Floats, Ints
from core.lines import extremes
from market.columns import BarColumns

MOST_POINTS = 1_000  # of a line; more would make the page heavy and show no more on a screen
MOST_CANDLES = 1_000
MOST_MARKERS = 300


def rows_kept(columns: Sequence[Floats]) -> Ints:
    """The rows to draw of lines of one length: all, or both ends and where each stretch has a line's low and high."""
    length = len(columns[0])
    if length <= MOST_POINTS:
        return np.arange(length, dtype=np.int64)
    stretches = MOST_POINTS // (2 * len(columns))
    return np.unique(np.concatenate([extremes(column, stretches) for column in columns]))


def bars_a_candle(bars: int) -> int:
    """How many bars one candle holds."""
    return max(1, -(-bars // MOST_CANDLES))


def candles(bars: BarColumns) -> BarColumns:
    """Bars, or where there are too many wider ones: first open, highest high, lowest low, last close, all volume."""
    each = bars_a_candle(len(bars.start))
    if each == 1:
        return bars
    firsts = np.arange(0, len(bars.start), each)
    lasts = np.append(firsts[1:], len(bars.start)) - 1
    return bars._replace(
        start=bars.start[firsts],
        open=bars.open[firsts],
        high=np.maximum.reduceat(bars.high, firsts),
        low=np.minimum.reduceat(bars.low, firsts),
        close=bars.close[lasts],
        volume=np.add.reduceat(bars.volume, firsts),
    )
