"""How far a handful of trades can be trusted: intervals and exact tests. Plain Python.

A win rate's interval is Wilson's (1927), which holds for few trades and for shares near 0 and 1; a mean's is Student's;
two win rates are compared by Fisher's exact test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
Interval = tuple[float, float]


def share_interval(successes: int, count: int) -> Interval | None:
    """Wilson's score interval of a share; None of nothing."""
    if not count:
        return None
    share, square = successes / count, Z * Z / count
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / count + square / count / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's interval of a mean; None of fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    middle, half = fmean(values), student(count - 1) * stdev(values) / math.sqrt(count)
    return middle - half, middle + half


def student(freedom: int) -> float:
    """Student's quantile at (1 + LEVEL) ÷ 2, found by bisection of the distribution itself."""
    low, high = 0.0, 20.0  # 12.7 for one degree of freedom
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) < LEVEL else (low, middle)
    return (low + high) / 2


def two_sided(value: float, freedom: int) -> float:
    """P(|T| ≤ value) by the finite series for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(value / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    if freedom % 2:
        term, total = cosine, 0.0
        for number in range(1, freedom - 1, 2):
            total += term
            term *= cosine**2 * (number + 1) / (number + 2)
        return 2 / math.pi * (angle + sine * total)
    term, total = 1.0, 0.0
    for number in range(0, freedom - 1, 2):
        total += term
        term *= cosine**2 * (number + 1) / (number + 2)
    return sine * total


def difference_chance(wins: int, count: int, other_wins: int, other_count: int) -> float:
    """Fisher's exact p-value, two-sided: how likely two samples of one share differ at least so much."""
    total_wins = wins + other_wins
    ways = [
        math.comb(count, some) * math.comb(other_count, total_wins - some)
        for some in range(max(0, total_wins - other_count), min(count, total_wins) + 1)
    ]
    seen = math.comb(count, wins) * math.comb(other_count, other_wins)
    return sum(way for way in ways if way <= seen) / sum(ways)
