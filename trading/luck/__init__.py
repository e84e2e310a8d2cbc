"""Is a result more than luck? Intervals, random traders and sentences that say so in words."""

from trading.luck.bootstrap import ExcessInterval, Ranges, Resampled, excess_interval, ranges
from trading.luck.chance import (
    Counts,
    Orders,
    RandomComparison,
    RandomTraders,
    beside_random,
    compare_with_random,
    random_traders,
)
from trading.luck.conclusion import Conclusion, conclude
from trading.luck.deflated import Shape, deflated_sharpe, luckiest_sharpe
from trading.luck.judgement import Judgement, judge, judge_resampled, judge_run, run_excess, too_few
from trading.luck.level import level_of_each

__all__ = [
    "Conclusion",
    "Counts",
    "ExcessInterval",
    "Judgement",
    "Orders",
    "RandomComparison",
    "RandomTraders",
    "Ranges",
    "Resampled",
    "Shape",
    "beside_random",
    "compare_with_random",
    "conclude",
    "deflated_sharpe",
    "excess_interval",
    "judge",
    "judge_resampled",
    "judge_run",
    "level_of_each",
    "luckiest_sharpe",
    "random_traders",
    "ranges",
    "run_excess",
    "too_few",
]
