"""Indicators: each maps bars to one number a bar, NaN where it isn't defined yet.

All are causal: the number at a bar depends on that bar and older ones only, so that the as-of reader may compute
them once over all bars and show them one by one. The tests prove it for everything in `INDICATORS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import accumulate
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indicator = Callable[..., Floats]

INDICATORS: dict[str, Indicator] = {}

GRID = 100_000_000  # prices as whole numbers of 1/GRID dollars add up exactly
BLOCK = 4_000_000  # numbers held at once by a rolling computation
DAY_SECONDS = 86_400
NIGHT_SECONDS = (
    5 * 3600
)  # trading ends by 20:00 and starts at 04:00 New York, so UTC − 5 h never splits a trading day


class Bars(Protocol):
    """What an indicator reads; BarColumns and every as-of window fit."""

    @property
    def start(self) -> NDArray[np.int64]: ...
    @property
    def high(self) -> Floats: ...
    @property
    def low(self) -> Floats: ...
    @property
    def close(self) -> Floats: ...
    @property
    def volume(self) -> NDArray[np.int64]: ...


def causal(function: Indicator) -> Indicator:
    """Register an indicator that looks at no bar after the one it speaks of."""

    @wraps(function)
    def checked(bars: Bars, *lengths: int) -> Floats:
        if min(lengths, default=1) < 1:
            raise ValueError(f"An indicator needs at least 1 bar, was given {min(lengths)}")
        return function(bars, *lengths)

    INDICATORS[function.__name__] = checked
    return checked


@causal
def sma(bars: Bars, n: int) -> Floats:
    """Mean of the last n closes. Equal averages of different lengths compare equal: sums are exact to 1e-8 dollars."""
    means = _sums(_in_units(bars.close), n)
    means /= n * GRID
    return means


@causal
def ema(bars: Bars, n: int) -> Floats:
    """Exponential mean of closes with weight 2 / (n + 1), started from the mean of the first n (as TA-Lib)."""
    return _smooth(bars.close, n, 2 / (n + 1))


@causal
def rsi(bars: Bars, n: int) -> Floats:
    """Relative strength index, 0–100, with Wilder's smoothing (New Concepts, 1978). Undefined while nothing moves."""
    change = np.diff(bars.close)
    gain, loss = (_smooth(np.clip(sign * change, 0, None), n, 1 / n) for sign in (1, -1))
    with np.errstate(invalid="ignore"):
        index = 100 * gain / (gain + loss)
    return np.concatenate([np.full(min(1, len(bars.close)), np.nan), index])


@causal
def atr(bars: Bars, n: int) -> Floats:
    """Average true range in dollars with Wilder's smoothing; the first bar's range is high − low."""
    before = np.concatenate([bars.close[:1], bars.close[:-1]])
    before[:1] = bars.high[:1]
    return _smooth(np.maximum(bars.high, before) - np.minimum(bars.low, before), n, 1 / n)


@causal
def vwap(bars: Bars) -> Floats:
    """Volume-weighted mean of (high + low + close) / 3 since the first bar of the trading day. Undefined before volume."""
    day = (bars.start - NIGHT_SECONDS) // DAY_SECONDS
    first = np.searchsorted(day, day)  # row of each day's first bar
    value = np.cumsum((bars.high + bars.low + bars.close) / 3 * bars.volume)
    volume = np.cumsum(bars.volume)
    value, volume = (
        np.concatenate([[0], total])[1:] - np.concatenate([[0], total])[first] for total in (value, volume)
    )
    return _divide(value, volume)


@causal
def zscore(bars: Bars, n: int) -> Floats:
    """Sample standard deviations by which a close differs from the mean of the last n. Undefined without deviation."""
    deviation = (
        _rolling(bars.close, n, lambda windows: windows.std(axis=1, ddof=1)) if n > 1 else bars.close * np.nan
    )
    # What rounding leaves of equal prices is no deviation.
    deviation = np.where(deviation > 1e-12 * bars.close, deviation, 0)
    return _divide(bars.close - sma(bars, n), deviation)


@causal
def highest(bars: Bars, n: int) -> Floats:
    """Highest high of the last n bars: the upper Donchian channel."""
    return _rolling(bars.high, n, lambda windows: windows.max(axis=1))


@causal
def lowest(bars: Bars, n: int) -> Floats:
    """Lowest low of the last n bars: the lower Donchian channel."""
    return _rolling(bars.low, n, lambda windows: windows.min(axis=1))


@causal
def highest_before(bars: Bars, n: int) -> Floats:
    """Highest high of the n bars before each bar, which a breakout has to beat."""
    return _later(highest(bars, n))


@causal
def lowest_before(bars: Bars, n: int) -> Floats:
    """Lowest low of the n bars before each bar."""
    return _later(lowest(bars, n))


@causal
def relative_volume(bars: Bars, n: int) -> Floats:
    """Volume as a multiple of the mean volume of the n bars before. Undefined when those had none."""
    return _divide(bars.volume.astype(np.float64), _later(_sums(bars.volume, n) / n))


def _in_units(prices: Floats) -> NDArray[np.int64]:
    units = prices * GRID
    return np.rint(units, out=units).astype(np.int64)


def _sums(values: NDArray[np.int64], n: int) -> Floats:
    # Whole numbers, so that adding and taking away leaves no rounding behind; even an overflow cancels out.
    totals = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=totals[1:])
    del values  # there may be a million, and nobody else holds them
    sums = np.full(len(totals) - 1, np.nan)
    np.subtract(totals[n:], totals[:-n], out=sums[n - 1 :])
    return sums


def _rolling(values: Floats, n: int, fold: Callable[[Any], Floats]) -> Floats:
    folded = np.full(len(values), np.nan)
    if len(values) >= n:
        windows = np.lib.stride_tricks.sliding_window_view(values, n)
        size = max(1, BLOCK // n)
        for first in range(0, len(windows), size):
            folded[first + n - 1 : first + n - 1 + size] = fold(windows[first : first + size])
    return folded


def _smooth(values: Floats, n: int, weight: float) -> Floats:
    # s = s + weight × (x − s), from the mean of the first n values
    smooth = np.full(len(values), np.nan)
    if len(values) >= n:
        later = accumulate(
            values[n:].tolist(),
            lambda mean, value: mean + weight * (value - mean),
            initial=float(values[:n].mean()),
        )
        smooth[n - 1 :] = list(later)
    return smooth


def _later(values: Floats) -> Floats:
    return np.concatenate([np.full(min(1, len(values)), np.nan), values[:-1]])


def _divide(dividend: Floats, divisor: Floats) -> Floats:
    quotient = np.full(len(dividend), np.nan)
    np.divide(dividend, divisor, out=quotient, where=divisor > 0)
    return quotient
