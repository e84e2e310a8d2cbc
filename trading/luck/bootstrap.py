"""What chance may have done to a mean: intervals from blocks of the returns themselves.

A circular block bootstrap (Politis & Romano 1992), because returns that follow each other are alike: blocks of ⌈n^⅓⌉
periods (Hall, Horowitz & Jing 1995), studentised and symmetric (Hall 1988; Götze & Künsch 1996), which holds its level
where the plain percentile interval is too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from trading.luck.level import LEVEL, level_of_each
from trading.statistics.curve import MINIMUM_RETURNS
from trading.statistics.sample import Floats, Numbers, as_floats, deviation

# A bootstrap keeps its level only nearly (measured up to half a point above), so it is held to a stricter one.
CAUTION = 0.8
RESAMPLES = 2_000, 50_000  # at least and at most; between them enough for 50 beyond the level
RESAMPLES_AT_ONCE = 2_000  # bounds the memory
# How many runs may have been tried: for these the critical values are kept, for others the next above.
TRIED = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)


@dataclass(frozen=True, slots=True)
class ExcessInterval:
    """The mean excess return per period, give or take what chance may have done to it. `half_width` is None when the
    two series differ in too few periods to say."""

    mean: float
    half_width: float | None
    periods: int

    @property
    def low(self) -> float | None:
        return None if self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        return None if self.half_width is None else self.mean + self.half_width


def excess_interval(excess: Numbers, level: float = LEVEL, *, seed: int = 0) -> ExcessInterval:
    """Return the interval that covers the true mean excess return with probability 1 − level, or a little more.

    Raises ValueError with fewer than 30 returns. The same seed gives the same interval.
    """
    values = as_floats(excess)
    if values.size < MINIMUM_RETURNS:
        raise ValueError(f"An interval needs at least {MINIMUM_RETURNS} returns, had {values.size}")
    half_width = _half_width(values, level, np.random.default_rng(seed))
    return ExcessInterval(
        float(values.mean()), half_width if math.isfinite(half_width) else None, values.size
    )


@dataclass(frozen=True, slots=True)
class Resampled:
    """Enough of one bootstrap to tell the interval for any number of runs tried, without another.

    `critical` has a value for each of TRIED; None where no number of standard errors would do.
    """

    mean: float
    error: float
    periods: int
    critical: tuple[float | None, ...]

    @classmethod
    def of(cls, excess: Numbers, *, seed: int = 0) -> Self:
        """Resample once, finely enough for a thousand runs. Raises ValueError with fewer than 30 returns."""
        values = as_floats(excess)
        if values.size < MINIMUM_RETURNS:
            raise ValueError(f"An interval needs at least {MINIMUM_RETURNS} returns, had {values.size}")
        if deviation(values) == 0:
            return cls(float(values.mean()), 0.0, values.size, (0.0,) * len(TRIED))
        blocks = blocks_of(values)
        distances = np.sort(blocks.distances(RESAMPLES[1], np.random.default_rng(seed)))
        levels = [level_of_each(tried) for tried in TRIED]
        values_at = [float(np.quantile(distances, 1 - CAUTION * level, method="higher")) for level in levels]
        critical = tuple(value if math.isfinite(value) else None for value in values_at)
        return cls(float(values.mean()), blocks.error, values.size, critical)

    def interval(self, runs_tried: int = 1) -> ExcessInterval:
        """The interval at the level of one of so many runs; a little wider between the numbers that are kept."""
        place = next((place for place, tried in enumerate(TRIED) if tried >= runs_tried), len(TRIED) - 1)
        critical = self.critical[place]
        half_width = None if critical is None else critical * self.error
        return ExcessInterval(self.mean, half_width, self.periods)

    def to_json(self) -> dict[str, Any]:
        return {
            "mean": self.mean,
            "error": self.error,
            "periods": self.periods,
            "critical": list(self.critical),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["mean"], data["error"], data["periods"], tuple(data["critical"]))


class Blocks(NamedTuple):
    """Means of the blocks that begin with each period, round the end, and what their mean may be off by."""

    means: Floats
    count: int  # type: ignore[assignment]  # blocks to a sample; nobody counts in this tuple
    error: float

    def distances(self, wanted: int, random: np.random.Generator) -> Floats:
        """|mean − sample mean| ÷ standard error of so many resamples; infinite where all blocks are alike."""
        batches = [self._studentised(random) for _ in range(math.ceil(wanted / RESAMPLES_AT_ONCE))]
        return np.concatenate(batches)

    def _studentised(self, random: np.random.Generator) -> Floats:
        chosen = self.means[random.integers(0, self.means.size, (RESAMPLES_AT_ONCE, self.count))]
        distance = np.abs(chosen.mean(axis=1) - self.means.mean())
        error = chosen.std(axis=1, ddof=1) / math.sqrt(self.count)
        is_alike = np.ptp(chosen, axis=1) == 0
        return np.where(is_alike, np.inf, distance / np.where(is_alike, 1.0, error))


def blocks_of(values: Floats) -> Blocks:
    length = math.ceil(values.size ** (1 / 3))
    count = math.ceil(values.size / length)
    around = np.concatenate((values, values[: length - 1]))
    means = sliding_window_view(around, length).mean(axis=1)
    # Means of blocks vary around the sample's mean, not the true one, hence n ÷ (n − length).
    error = float(means.std()) * math.sqrt(values.size / (values.size - length) / count)
    return Blocks(means, count, error)


def _half_width(values: Floats, level: float, random: np.random.Generator) -> float:
    """The critical value of the studentised mean × its standard error, both from blocks."""
    if deviation(values) == 0:
        return 0.0
    blocks = blocks_of(values)
    wanted = min(max(math.ceil(50 / level), RESAMPLES[0]), RESAMPLES[1])
    distances = blocks.distances(wanted, random)
    return float(np.quantile(distances, 1 - CAUTION * level, method="higher")) * blocks.error


class Ranges(NamedTuple):
    """Where figures of a run may as well have come out, had chance dealt its returns otherwise; low and high."""

    total_return: tuple[float, float]
    sharpe: tuple[float, float] | None  # None where the returns don't vary


def ranges(
    returns: Numbers, periods_per_year: float, *, level: float = LEVEL, seed: int = 0
) -> Ranges | None:
    """Percentile intervals of return and Sharpe over circular blocks; None with fewer than 30 returns."""
    values = as_floats(returns)
    if values.size < MINIMUM_RETURNS:
        return None
    drawn = resamples(values, RESAMPLES[0], np.random.default_rng(seed))
    totals = np.expm1(np.log1p(drawn).sum(axis=1)) if (values > -1).all() else drawn.sum(axis=1)
    spread = drawn.std(axis=1, ddof=1)
    sharpes = drawn.mean(axis=1)[spread > 0] / spread[spread > 0] * math.sqrt(periods_per_year)
    return Ranges(between(totals, level), between(sharpes, level) if sharpes.size else None)


def resamples(values: Floats, wanted: int, random: np.random.Generator) -> NDArray[np.float64]:
    """So many samples of the same length, each of whole blocks."""
    length = math.ceil(values.size ** (1 / 3))
    count = math.ceil(values.size / length)
    firsts = random.integers(0, values.size, (wanted, count, 1))
    places = (firsts + np.arange(length)).reshape(wanted, -1)[:, : values.size] % values.size
    return values[places]


def between(values: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(values, [level / 2, 1 - level / 2])
    return float(low), float(high)
