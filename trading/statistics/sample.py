"""Arrays of observations and the few sums that every formula needs.

A formula answers None when it is undefined. Where a denominator is zero it answers ±infinity, as the textbooks do;
`finite` turns that into None on the way into the report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = Sequence[Decimal | float | None] | npt.NDArray[np.floating[Any]]

EMPTY: Floats = np.empty(0)

# Rounding of returns, which are differences of numbers near 1, is a few 1e-16: below this a deviation is noise.
ROUNDING = 1e-14


def as_floats(values: Numbers) -> Floats:
    """Return the values as floats; a missing one (None) becomes NaN, which the formulas leave out."""
    return np.asarray(values, dtype=np.float64)


def present(values: Numbers) -> Floats:
    """Return the values that are not missing."""
    floats = as_floats(values)
    return floats[~np.isnan(floats)]


def mean(values: Floats) -> float | None:
    """Return the arithmetic mean, None for no values."""
    return float(values.mean()) if values.size else None


def deviation(values: Floats) -> float | None:
    """Return the sample standard deviation (n − 1), None below two values, exactly 0 when it is only rounding."""
    if values.size < 2:
        return None
    spread = float(values.std(ddof=1))
    return 0.0 if spread <= ROUNDING * max(1.0, float(np.abs(values).max())) else spread


def quotient(numerator: float | None, denominator: float | None) -> float | None:
    """Divide: ±infinity by a zero denominator, None for 0 ÷ 0 and where either side is undefined."""
    if numerator is None or denominator is None:
        return None
    if denominator == 0:
        return None if numerator == 0 else math.copysign(math.inf, numerator)
    return numerator / denominator


def compounded(growth: float | None, exponent: float) -> float | None:
    """Return growth to the power of the exponent, minus 1; None for negative growth, infinity on overflow."""
    if growth is None or growth < 0:
        return None
    try:
        return float(growth**exponent) - 1
    except OverflowError:
        return math.inf


def finite(value: float | None) -> float | None:
    """Return the value if it is a finite number, else None: the report knows neither NaN nor infinity."""
    return float(value) if value is not None and math.isfinite(value) else None
