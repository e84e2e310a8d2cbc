"""The Sharpe ratio held against the best that as many lucky tries would show (Bailey & López de Prado 2014).

Of N worthless runs whose Sharpe ratios vary by σ around 0, the best is expected at
σ · ((1 − γ) Φ⁻¹(1 − 1 ÷ N) + γ Φ⁻¹(1 − 1 ÷ (N e))), with γ = 0.5772 (Euler and Mascheroni). The deflated Sharpe ratio is the
probability that the true one exceeds that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, stdev
from typing import NamedTuple, Self

from trading.statistics.ratios import moments
from trading.statistics.sample import Numbers, deviation, present

EULER = 0.5772156649015329
_NORMAL = NormalDist()


class Shape(NamedTuple):
    """What the certainty of a Sharpe ratio depends on; the ratio is per period, kurtosis 3 for a normal sample."""

    count: int  # type: ignore[assignment]  # of runs; nobody counts in this tuple
    sharpe: float
    skewness: float
    kurtosis: float

    @classmethod
    def of(cls, returns: Numbers) -> Self | None:
        """None where the returns don't vary."""
        values = present(returns)
        spread, found = deviation(values), moments(values)
        if not spread or found is None:
            return None
        return cls(values.size, float(values.mean()) / spread, *found)


def luckiest_sharpe(sharpes: Sequence[float]) -> float:
    """What the best of so many worthless runs would show, in the unit of `sharpes`; 0 for a single one."""
    count = len(sharpes)
    if count < 2:
        return 0.0
    best = (1 - EULER) * _NORMAL.inv_cdf(1 - 1 / count) + EULER * _NORMAL.inv_cdf(1 - 1 / (count * math.e))
    return stdev(sharpes) * best


def deflated_sharpe(shape: Shape, sharpes: Sequence[float]) -> float | None:
    """The probability that the true Sharpe ratio per period is above what luck explains.

    `sharpes` are those of all runs tried, per period, this one among them. None where the ratio has no certainty.
    """
    ratio = shape.sharpe
    variance = 1 - shape.skewness * ratio + (shape.kurtosis - 1) / 4 * ratio**2
    if not variance > 0:
        return None
    return _NORMAL.cdf((ratio - luckiest_sharpe(sharpes)) * math.sqrt(shape.count - 1) / math.sqrt(variance))
