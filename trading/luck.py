"""Is a result more than luck? Intervals, random traders and a sentence that says so in words.

What is tested is the mean excess return per period over a benchmark. Its interval comes from a circular block
bootstrap (Politis & Romano 1992), because returns that follow each other are alike: blocks of ⌈n^⅓⌉ periods (Hall,
Horowitz & Jing 1995), studentised and symmetric (Hall 1988; Götze & Künsch 1996), which holds its level where the plain
percentile interval is too narrow. Whoever tries many runs finds a good one by luck alone, so each is held to the level
of Šidák (1967), 1 − (1 − α)^(1 ÷ runs), which keeps the chance of one false claim among all of them at α.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from trading.statistics.curve import MINIMUM_RETURNS, TRADING_DAYS
from trading.statistics.report import StatisticsInput, measure
from trading.statistics.sample import EMPTY, Floats, Numbers, as_floats, deviation

LEVEL = 0.05  # false claims that are put up with
# A bootstrap keeps its level only nearly (measured up to half a point above), so it is held to a stricter one.
CAUTION = 0.8
RESAMPLES = 2_000, 50_000  # at least and at most; between them enough for 50 beyond the level
RESAMPLES_AT_ONCE = 2_000  # bounds the memory
MOST_DAYS = 100 * TRADING_DAYS  # a wait longer than a century is no advice

Finding = Literal["better", "worse", "luck"]


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said about a result. `more_days` is how long it would have to go on like this to count as more than
    luck: None when it already does, and when no realistic wait would help."""

    finding: Finding
    interval: ExcessInterval | None  # None with too few returns
    runs_tried: int
    more_days: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class RandomComparison:
    """The result beside those of random traders of the same turnover. `p_value` is corrected for the runs tried."""

    traders: int
    beaten: int
    p_value: float
    runs_tried: int
    is_distinguishable: bool
    sentence: str


def level_of_each(runs_tried: int, level: float = LEVEL) -> float:
    """Return the level at which each of several runs is tested, so that all together keep the level (Šidák 1967)."""
    if runs_tried < 1:
        raise ValueError(f"Runs tried should be at least 1, was {runs_tried}")
    return float(1 - (1 - level) ** (1 / runs_tried))


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


def judge(
    excess: Numbers,
    *,
    runs_tried: int = 1,
    periods_per_day: float = 1,
    against: str = "buy-and-hold",
    seed: int = 0,
) -> Judgement:
    """Judge the excess returns over a benchmark, of the best or any other of the runs tried.

    `periods_per_day` says how many returns a day gives, so that the wait can be told in days.
    """
    values = as_floats(excess)
    level = level_of_each(runs_tried)
    if values.size < MINIMUM_RETURNS:
        more = math.ceil((MINIMUM_RETURNS - values.size) / periods_per_day)
        sentence = (
            f"Not distinguishable from luck: {_count(values.size, 'return')} cannot tell; {_wait(more)}."
        )
        return Judgement("luck", None, runs_tried, more, sentence)
    interval = excess_interval(values, level, seed=seed)
    finding = _finding(interval)
    more_days = _more_days(interval, periods_per_day) if finding == "luck" else None
    sentence = _sentence(
        finding, interval, runs_tried, more_days, "day" if periods_per_day == 1 else "bar", against
    )
    return Judgement(finding, interval, runs_tried, more_days, sentence)


def judge_run(data: StatisticsInput, *, runs_tried: int = 1, seed: int = 0) -> Judgement:
    """Judge a run against its benchmark, on the same periods as its statistics. Needs `benchmark_equity`."""
    measured = measure(data)
    if measured.benchmark_returns is None:
        raise ValueError("A run is judged against a benchmark, and none was given")
    own, theirs = measured.returns.given, measured.benchmark_returns.given
    excess = own - theirs if own.size == theirs.size else EMPTY
    periods_per_day = measured.returns.periods.per_year / TRADING_DAYS
    return judge(excess, runs_tried=runs_tried, periods_per_day=periods_per_day, seed=seed)


def compare_with_random(
    total_return: float, random_returns: Sequence[float], *, runs_tried: int = 1
) -> RandomComparison:
    """Compare a total return with those of random traders of the same turnover over the same data.

    The p-value is (1 + traders at least as good) ÷ (1 + traders) (Davison & Hinkley 1997, 4.2; Phipson & Smyth 2010).
    """
    traders = len(random_returns)
    beaten = sum(theirs < total_return for theirs in random_returns)
    p_each = (1 + traders - beaten) / (1 + traders)
    p_value = 1 - (1 - p_each) ** runs_tried
    level = level_of_each(runs_tried)
    needed = math.ceil(1 / level) - 1
    if traders < needed:
        said = f"Not distinguishable from luck: {_count(traders, 'random trader')} cannot tell; at least {needed:,} needed"
    elif p_each <= level:
        said = f"More than luck: beats {beaten:,} of {_count(traders, 'random trader')} of the same turnover"
    else:
        said = f"Not distinguishable from luck: beats {beaten:,} of {_count(traders, 'random trader')} of the same turnover"
    is_distinguishable = traders >= needed and p_each <= level
    sentence = f"{said}{_correction(runs_tried)}."
    return RandomComparison(traders, beaten, p_value, runs_tried, is_distinguishable, sentence)


def _half_width(values: Floats, level: float, random: np.random.Generator) -> float:
    """The critical value of the studentised mean × its standard error, both from blocks."""
    if deviation(values) == 0:
        return 0.0
    length = math.ceil(values.size ** (1 / 3))
    count = math.ceil(values.size / length)
    around = np.concatenate((values, values[: length - 1]))
    blocks = sliding_window_view(around, length).mean(axis=1)  # one from each period on, round the end
    # Means of blocks vary around the sample's mean, not the true one, hence n ÷ (n − length).
    error = float(blocks.std()) * math.sqrt(values.size / (values.size - length) / count)
    wanted = min(max(math.ceil(50 / level), RESAMPLES[0]), RESAMPLES[1])
    batches = [_studentised(blocks, count, random) for _ in range(math.ceil(wanted / RESAMPLES_AT_ONCE))]
    return float(np.quantile(np.concatenate(batches), 1 - CAUTION * level, method="higher")) * error


def _studentised(blocks: Floats, count: int, random: np.random.Generator) -> Floats:
    """|mean − sample mean| ÷ standard error of resamples of blocks; infinite where all blocks are alike."""
    chosen = blocks[random.integers(0, blocks.size, (RESAMPLES_AT_ONCE, count))]
    distance = np.abs(chosen.mean(axis=1) - blocks.mean())
    error = chosen.std(axis=1, ddof=1) / math.sqrt(count)
    is_alike = np.ptp(chosen, axis=1) == 0
    return np.where(is_alike, np.inf, distance / np.where(is_alike, 1.0, error))


def _finding(interval: ExcessInterval) -> Finding:
    if interval.low is not None and interval.low > 0:
        return "better"
    if interval.high is not None and interval.high < 0:
        return "worse"
    return "luck"


def _more_days(interval: ExcessInterval, periods_per_day: float) -> int | None:
    """The width shrinks with √n: how many days until it is as small as the mean is now?"""
    if interval.half_width is None or interval.mean == 0:
        return None
    needed = interval.periods * ((interval.half_width / interval.mean) ** 2 - 1) / periods_per_day
    return max(1, math.ceil(needed)) if needed <= MOST_DAYS else None


def _sentence(
    finding: Finding,
    interval: ExcessInterval,
    runs_tried: int,
    more_days: int | None,
    period: str,
    against: str,
) -> str:
    average = f"mean excess {_percent(interval.mean)} a {period}"
    if interval.low is None or interval.high is None:
        return f"Not distinguishable from luck: {average}; too few {period}s differ from {against} to tell."
    if interval.mean == interval.half_width == 0:
        return f"Not distinguishable from luck: every {period} was exactly like {against}."
    width = f"95 % interval {_percent(interval.low)} to {_percent(interval.high)}{_correction(runs_tried)}"
    if finding != "luck":
        return f"{finding.capitalize()} than {against}, beyond luck: {average}, {width}."
    wait = "no realistic number of days would tell" if more_days is None else _wait(more_days)
    return f"Not distinguishable from luck: {average} over {against}, {width}; {wait}."


def _wait(more_days: int) -> str:
    """Two significant digits: more would claim too much."""
    size = 10 ** max(0, len(str(more_days)) - 2)
    rounded = round(more_days / size) * size
    return f"about {rounded:,} more day{'' if rounded == 1 else 's'} needed"


def _correction(runs_tried: int) -> str:
    return f" (corrected for {runs_tried:,} runs tried)" if runs_tried > 1 else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(value: float) -> str:
    """Three significant digits, with sign."""
    return f"{100 * value:+.3g} %".replace("-", "−")
