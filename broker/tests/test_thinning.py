"""Thinned lines and candles: light, and with everything that stands out."""

from __future__ import annotations

import numpy as np
import pytest

from broker.thinning import MOST_CANDLES, MOST_POINTS, bars_a_candle, candles, rows_kept
from market.columns import BarColumns


def walk(length: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(size=length).cumsum()


def test_a_short_line_is_drawn_whole() -> None:
    assert rows_kept([walk(MOST_POINTS, 1)]).tolist() == list(range(MOST_POINTS))
    assert rows_kept([walk(0, 1)]).tolist() == []


@pytest.mark.parametrize("length", [MOST_POINTS + 1, 5_040, 100_000])
def test_a_long_line_keeps_both_ends_and_the_extremes_of_every_line(length: int) -> None:
    columns = [walk(length, seed) for seed in (1, 2, 3)]
    columns[1][length // 3] = 10_000.0  # one point that stands out, in one line
    rows = rows_kept(columns)
    assert len(rows) <= MOST_POINTS + 2
    assert (rows[0], rows[-1]) == (0, length - 1)
    assert np.all(np.diff(rows) > 0)
    for column in columns:
        assert (column[rows].min(), column[rows].max()) == (column.min(), column.max())
    assert length // 3 in rows


@pytest.mark.parametrize("length", [1, MOST_CANDLES, MOST_CANDLES + 1, 5_040])
def test_wider_candles_say_what_their_bars_said(length: int) -> None:
    closes = walk(length, 4) + 500
    opens = np.roll(closes, 1)
    high, low = np.maximum(opens, closes) + 1, np.minimum(opens, closes) - 1
    bars = BarColumns(np.arange(length) * 60, opens, high, low, closes, np.arange(length))
    drawn = candles(bars)
    assert len(drawn.start) <= MOST_CANDLES
    each = bars_a_candle(length)
    assert (drawn.high.max(), drawn.low.min(), drawn.volume.sum()) == (
        high.max(),
        low.min(),
        sum(range(length)),
    )
    for row in (0, len(drawn.start) // 2, len(drawn.start) - 1):
        part = slice(row * each, (row + 1) * each)
        assert drawn.start[row] == row * each * 60
        assert (drawn.open[row], drawn.close[row]) == (opens[part][0], closes[part][-1])
        assert (drawn.high[row], drawn.low[row]) == (high[part].max(), low[part].min())
