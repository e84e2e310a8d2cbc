from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from market.columns import BarColumns, Timeframe
from trading.types import Bar

START = 1_381_152_600  # 2013-10-07 13:30 UTC
BARS = BarColumns.of(
    [(START + 60 * row, 10 + row, 12 + row, 9 + row, 11 + row, 100 * row) for row in range(5)]
)


def test_bars_have_the_prices_as_they_were_written() -> None:
    bars = BarColumns.of([(START, 0.1, 145.32, 0.0001, 99.99, 7)]).to_bars()
    start = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)
    assert bars == [Bar(start, Decimal("0.1"), Decimal("145.32"), Decimal("0.0001"), Decimal("99.99"), 7)]
    assert type(bars[0].volume) is int


def test_merged_bars_span_their_neighbours() -> None:
    merged = BARS.merged(2)
    assert merged.start.tolist() == [START, START + 120, START + 240]
    assert merged.open.tolist() == [10, 12, 14]
    assert merged.high.tolist() == [13, 15, 16]
    assert merged.low.tolist() == [9, 11, 13]
    assert merged.close.tolist() == [12, 14, 15]
    assert merged.volume.tolist() == [100, 500, 400]
    assert len(BarColumns.empty().merged(3).start) == 0


def test_read_only_bars_share_memory_and_refuse_writes() -> None:
    shown = BARS.read_only()
    assert np.shares_memory(shown.close, BARS.close)
    with pytest.raises(ValueError, match="read-only"):
        shown.close[0] = 1


def test_bar_lengths() -> None:
    assert Timeframe.MINUTE.bar_seconds == 60
    assert Timeframe.DAY.bar_seconds == 6.5 * 3600  # 09:30 to 16:00
