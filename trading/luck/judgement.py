"""Is a result better than its benchmark by more than luck? An interval, and a sentence that says so in words.

What is tested is the mean excess return per period over the benchmark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from trading.luck.bootstrap import ExcessInterval, Resampled, excess_interval
from trading.luck.level import level_of_each
from trading.luck.words import correction, count_of, percent, wait
from trading.statistics.curve import MINIMUM_RETURNS, TRADING_DAYS
from trading.statistics.report import StatisticsInput, measure
from trading.statistics.sample import EMPTY, Floats, Numbers, as_floats

BUY_AND_HOLD = "buy-and-hold"
MOST_DAYS = 100 * TRADING_DAYS  # a wait longer than a century is no advice

Finding = Literal["better", "worse", "luck"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said about a result. `more_days` is how long it would have to go on like this to count as more than
    luck: None when it already does, and when no realistic wait would help."""

    finding: Finding
    interval: ExcessInterval | None  # None with too few returns
    runs_tried: int
    more_days: int | None
    sentence: str


class Excess(NamedTuple):
    """A run's returns less its benchmark's, and how many of them a day gives."""

    returns: Floats
    periods_per_day: float


def judge(
    excess: Numbers,
    *,
    runs_tried: int = 1,
    periods_per_day: float = 1,
    against: str = BUY_AND_HOLD,
    seed: int = 0,
) -> Judgement:
    """Judge the excess returns over a benchmark, of the best or any other of the runs tried.

    `periods_per_day` says how many returns a day gives, so that the wait can be told in days.
    """
    values = as_floats(excess)
    if values.size < MINIMUM_RETURNS:
        return too_few(values.size, runs_tried=runs_tried, periods_per_day=periods_per_day)
    interval = excess_interval(values, level_of_each(runs_tried), seed=seed)
    return _judged(interval, runs_tried, periods_per_day, against)


def judge_resampled(
    resampled: Resampled, *, runs_tried: int = 1, periods_per_day: float = 1, against: str = BUY_AND_HOLD
) -> Judgement:
    """Judge what was resampled before, for however many runs have been tried by now."""
    return _judged(resampled.interval(runs_tried), runs_tried, periods_per_day, against)


def judge_run(data: StatisticsInput, *, runs_tried: int = 1, seed: int = 0) -> Judgement:
    """Judge a run against its benchmark, on the same periods as its statistics. Needs `benchmark_equity`."""
    excess = run_excess(data)
    return judge(excess.returns, runs_tried=runs_tried, periods_per_day=excess.periods_per_day, seed=seed)


def run_excess(data: StatisticsInput) -> Excess:
    """A run's excess returns; none where either curve has no returns. Needs `benchmark_equity`."""
    measured = measure(data)
    if measured.benchmark_returns is None:
        raise ValueError("A run is judged against a benchmark, and none was given")
    own, theirs = measured.returns.given, measured.benchmark_returns.given
    excess = own - theirs if own.size == theirs.size else EMPTY
    return Excess(excess, measured.returns.periods.per_year / TRADING_DAYS)


def too_few(returns: int, *, runs_tried: int = 1, periods_per_day: float = 1) -> Judgement:
    """What is said while there are fewer than 30 returns."""
    more = math.ceil((MINIMUM_RETURNS - returns) / periods_per_day)
    sentence = f"Not distinguishable from luck: {count_of(returns, 'return')} cannot tell; {wait(more)}."
    return Judgement("luck", None, runs_tried, more, sentence)


def _judged(interval: ExcessInterval, runs_tried: int, periods_per_day: float, against: str) -> Judgement:
    finding = _finding(interval)
    more_days = _more_days(interval, periods_per_day) if finding == "luck" else None
    period = "day" if periods_per_day == 1 else "bar"
    sentence = _sentence(finding, interval, runs_tried, more_days, period, against)
    return Judgement(finding, interval, runs_tried, more_days, sentence)


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
    average = f"mean excess {percent(interval.mean)} a {period}"
    if interval.low is None or interval.high is None:
        return f"Not distinguishable from luck: {average}; too few {period}s differ from {against} to tell."
    if interval.mean == interval.half_width == 0:
        return f"Not distinguishable from luck: every {period} was exactly like {against}."
    width = f"95 % interval {percent(interval.low)} to {percent(interval.high)}{correction(runs_tried)}"
    if finding != "luck":
        return f"{finding.capitalize()} than {against}, beyond luck: {average}, {width}."
    patience = "no realistic number of days would tell" if more_days is None else wait(more_days)
    return f"Not distinguishable from luck: {average} over {against}, {width}; {patience}."
