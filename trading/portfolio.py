"""Several equity curves as one account, and how alike they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_RETURNS = 30


class Curve(NamedTuple):
    """Equity (USD) at moments (epoch seconds UTC, ascending), from an initial amount."""

    at: Ints
    equity: Floats
    initial: float


class Combined(NamedTuple):
    """The sum of curves at every moment of any of them, and its running loss from the peak as a fraction."""

    at: Ints
    equity: Floats
    drawdown: Floats


def combine(curves: Sequence[Curve]) -> Combined:
    """Add curves up. One that has not begun counts with its initial amount, one that has ended with its last."""
    at: Ints = (
        np.unique(np.concatenate([curve.at for curve in curves])) if curves else np.empty(0, dtype=np.int64)
    )
    total = np.zeros(len(at))
    for curve in curves:
        total += value_at(curve, at)
    peak = np.maximum.accumulate(np.maximum(total, sum(curve.initial for curve in curves)))
    return Combined(at, total, 1 - total / peak if len(at) else total)


def value_at(curve: Curve, at: Ints) -> Floats:
    """A curve's equity at other moments: the last known, the initial amount before the first."""
    place = np.searchsorted(curve.at, at, side="right")
    return np.concatenate([[curve.initial], curve.equity])[place]


def correlation(one: Curve, other: Curve) -> float | None:
    """Pearson's correlation of the returns between moments that both have; None with fewer than 30 or without change."""
    _, mine, theirs = np.intersect1d(one.at, other.at, assume_unique=True, return_indices=True)
    if len(mine) <= LEAST_RETURNS:
        return None
    a, b = returns_of(one.equity[mine]), returns_of(other.equity[theirs])
    if not a.std() or not b.std():
        return None
    return float(np.corrcoef(a, b)[0, 1])


def returns_of(equity: Floats) -> Floats:
    return np.diff(equity) / equity[:-1]
