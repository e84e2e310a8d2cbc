"""Each indicator against a plain or pandas computation of its definition, and all of them against the future."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market import indicators
from market.columns import BarColumns
from market.indicators import INDICATORS, Floats, Indicator

DAY = 1_381_132_800  # 2013-10-07 00:00 UTC
NEEDS_NO_LENGTH = {"vwap"}


def walk(count: int, seed: int = 1, *, minutes_apart: int = 1) -> BarColumns:
    random = np.random.default_rng(seed)
    close = np.round(50 * np.exp(np.cumsum(random.normal(0, 0.002, count))), 2)
    open_ = np.round(close + random.normal(0, 0.03, count), 2)
    high = np.maximum(open_, close) + np.round(random.exponential(0.05, count), 2)
    low = np.minimum(open_, close) - np.round(random.exponential(0.05, count), 2)
    start = DAY + 13 * 3600 + 60 * minutes_apart * np.arange(count)
    return BarColumns(start, open_, high, low, close, random.integers(0, 5000, count))


BARS = walk(500)
CLOSE, HIGH, LOW = (pd.Series(column) for column in (BARS.close, BARS.high, BARS.low))


def wilder(values: list[float], n: int) -> list[float]:
    """Wilder's average as in the book: (previous × (n − 1) + value) / n."""
    smooth = [float("nan")] * (n - 1) + [sum(values[:n]) / n]
    for value in values[n:]:
        smooth.append((smooth[-1] * (n - 1) + value) / n)
    return smooth


def rsi_by_the_book(n: int) -> list[float]:
    changes = [after - before for before, after in zip(BARS.close[:-1], BARS.close[1:], strict=True)]
    gains = wilder([max(change, 0) for change in changes], n)
    losses = wilder([max(-change, 0) for change in changes], n)
    return [float("nan")] + [100 - 100 / (1 + gain / loss) for gain, loss in zip(gains, losses, strict=True)]


def atr_by_the_book(n: int) -> list[float]:
    ranges = [BARS.high[0] - BARS.low[0]]
    for row in range(1, len(BARS.close)):
        before = BARS.close[row - 1]
        high, low = BARS.high[row], BARS.low[row]
        ranges.append(max(high - low, abs(high - before), abs(low - before)))
    return wilder(ranges, n)


def ema_by_the_book(n: int) -> list[float]:
    smooth = [float("nan")] * (n - 1) + [sum(BARS.close[:n]) / n]
    for value in BARS.close[n:]:
        smooth.append(2 / (n + 1) * value + (1 - 2 / (n + 1)) * smooth[-1])
    return smooth


@pytest.mark.parametrize("n", [1, 2, 14, 100])
@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        (indicators.sma, lambda n: CLOSE.rolling(n).mean()),
        (indicators.ema, ema_by_the_book),
        (indicators.atr, atr_by_the_book),
        (indicators.highest, lambda n: HIGH.rolling(n).max()),
        (indicators.lowest, lambda n: LOW.rolling(n).min()),
        (indicators.highest_before, lambda n: HIGH.shift().rolling(n).max()),
        (indicators.lowest_before, lambda n: LOW.shift().rolling(n).min()),
    ],
)
def test_indicator_follows_its_definition(
    indicator: Indicator, expected: Callable[[int], object], n: int
) -> None:
    np.testing.assert_allclose(indicator(BARS, n), np.asarray(expected(n)), rtol=1e-9)


@pytest.mark.parametrize("n", [7, 14, 100])
def test_rsi_follows_the_book(n: int) -> None:
    np.testing.assert_allclose(indicators.rsi(BARS, n), rsi_by_the_book(n), rtol=1e-9)


@pytest.mark.parametrize("n", [2, 20, 100])
def test_zscore_is_the_distance_in_sample_deviations(n: int) -> None:
    expected = (CLOSE - CLOSE.rolling(n).mean()) / pd.Series(
        [np.nan] * (n - 1) + [CLOSE[row - n + 1 : row + 1].std() for row in range(n - 1, len(CLOSE))]
    )
    np.testing.assert_allclose(indicators.zscore(BARS, n), expected, rtol=1e-6, atol=1e-9)


def test_relative_volume_compares_with_the_bars_before() -> None:
    volume = pd.Series(BARS.volume)
    np.testing.assert_allclose(
        indicators.relative_volume(BARS, 30), volume / volume.shift().rolling(30).mean()
    )


def test_vwap_starts_again_every_trading_day() -> None:
    bars = walk(3000)  # 50 hours: three trading days, with after-hours past midnight UTC
    frame = pd.DataFrame(bars._asdict())
    frame["day"] = pd.to_datetime(frame.start - 5 * 3600, unit="s").dt.date
    frame["value"] = (frame.high + frame.low + frame.close) / 3 * frame.volume
    totals = frame.groupby("day")[["value", "volume"]].cumsum()
    assert frame.day.nunique() == 3
    np.testing.assert_allclose(indicators.vwap(bars), totals.value / totals.volume)


def test_equal_averages_of_different_lengths_are_equal() -> None:
    flat = BARS._replace(close=np.full(500, 0.1))
    assert indicators.sma(flat, 10)[-1] == indicators.sma(flat, 30)[-1] == 0.1


@pytest.mark.parametrize("indicator", [indicators.rsi, indicators.zscore])
def test_what_never_moves_has_no_oscillator(indicator: Indicator) -> None:
    flat = BARS._replace(close=np.full(500, 33.33))
    assert np.isnan(indicator(flat, 14)).all()


def test_rsi_ends_at_0_and_100() -> None:
    rising = BARS._replace(close=np.arange(1.0, 501.0))
    falling = BARS._replace(close=np.arange(500.0, 0.0, -1.0))
    assert indicators.rsi(rising, 14)[-1] == 100
    assert indicators.rsi(falling, 14)[-1] == 0


def test_nothing_divides_by_zero_volume() -> None:
    silent = BARS._replace(volume=np.zeros(500, dtype=np.int64))
    assert np.isnan(indicators.vwap(silent)).all()
    assert np.isnan(indicators.relative_volume(silent, 5)).all()


def run(name: str, bars: BarColumns, n: int) -> Floats:
    return INDICATORS[name](bars) if name in NEEDS_NO_LENGTH else INDICATORS[name](bars, n)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(INDICATORS)),
    seed=st.integers(0, 1000),
    n=st.integers(1, 40),
    cut=st.integers(0, 200),
)
def test_no_indicator_looks_ahead(name: str, seed: int, n: int, cut: int) -> None:
    bars = walk(200, seed, minutes_apart=7)
    whole, known = run(name, bars, n), run(name, bars.rows(slice(cut)), n)
    assert len(whole) == 200
    np.testing.assert_array_equal(known, whole[:cut])


@pytest.mark.parametrize("name", sorted(set(INDICATORS) - NEEDS_NO_LENGTH))
def test_no_bars_and_too_few_bars_give_no_numbers(name: str) -> None:
    assert len(INDICATORS[name](BarColumns.empty(), 5)) == 0
    assert np.isnan(INDICATORS[name](BARS.rows(slice(4)), 5)).all()
    with pytest.raises(ValueError, match="at least 1 bar, was given 0"):
        INDICATORS[name](BARS, 0)
