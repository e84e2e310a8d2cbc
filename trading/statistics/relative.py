"""Against a benchmark: alpha, beta, tracking error, information ratio, capture.

Both series have the same length; a period missing (NaN) in either is left out of both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from trading.statistics.curve import NEEDS_30, NEEDS_30_DAYS, EquityCurve, PeriodicReturns
from trading.statistics.drawdown import drawdown_series
from trading.statistics.returns import annual_return
from trading.statistics.sample import (
    EMPTY,
    Floats,
    Numbers,
    as_floats,
    compounded,
    deviation,
    finite,
    mean,
    quotient,
)
from trading.statistics.section import Definition, Section


def alpha_beta(
    returns: Numbers, benchmark: Numbers, periods_per_year: float = 252, risk_free: float | Numbers = 0.0
) -> tuple[float | None, float | None]:
    """Return Jensen's alpha, compounded to a year, and beta = cov(r, b) ÷ var(b) (Jensen 1968).

    Both None below two common periods and when the benchmark does not move.
    """
    free = as_floats(risk_free if isinstance(risk_free, Sequence | np.ndarray) else [risk_free])
    own, other = _paired(as_floats(returns) - free, as_floats(benchmark) - free)
    if not deviation(other):
        return None, None
    beta = float(np.cov(own, other, ddof=1)[0, 1] / np.var(other, ddof=1))
    return compounded(1 + float(np.mean(own - beta * other)), periods_per_year), beta


def tracking_error(returns: Numbers, benchmark: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the sample standard deviation of r − b × √periods."""
    spread = deviation(_difference(returns, benchmark))
    return None if spread is None else spread * math.sqrt(periods_per_year)


def information_ratio(returns: Numbers, benchmark: Numbers, periods_per_year: float = 252) -> float | None:
    """Return mean ÷ sample standard deviation of r − b × √periods (Grinold & Kahn 1999)."""
    difference = _difference(returns, benchmark)
    ratio = quotient(mean(difference), deviation(difference))
    return None if ratio is None else ratio * math.sqrt(periods_per_year)


def capture(returns: Numbers, benchmark: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the annual return ÷ the benchmark's. With periods_per_year=1: the ratio of geometric mean returns."""
    own, other = _aligned(returns, benchmark)
    return quotient(annual_return(own, periods_per_year), annual_return(other, periods_per_year))


def up_capture(returns: Numbers, benchmark: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the capture over the periods in which the benchmark rose."""
    own, other = _aligned(returns, benchmark)
    return capture(own[other > 0], other[other > 0], periods_per_year)


def down_capture(returns: Numbers, benchmark: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the capture over the periods in which the benchmark fell."""
    own, other = _aligned(returns, benchmark)
    return capture(own[other < 0], other[other < 0], periods_per_year)


def _aligned(returns: Numbers, benchmark: Numbers) -> tuple[Floats, Floats]:
    own, other = as_floats(returns), as_floats(benchmark)
    if own.shape != other.shape:
        raise ValueError(
            f"The benchmark should have as many returns as the run, {own.size}, had {other.size}"
        )
    return own, other


def _paired(returns: Numbers, benchmark: Numbers) -> tuple[Floats, Floats]:
    own, other = _aligned(returns, benchmark)
    both = ~(np.isnan(own) | np.isnan(other))
    return own[both], other[both]


def _difference(returns: Numbers, benchmark: Numbers) -> Floats:
    own, other = _paired(returns, benchmark)
    return own - other


@dataclass(frozen=True)
class BenchmarkStatistics(Section):
    """The run beside its benchmark, which starts with the same initial equity. All — without a benchmark."""

    title: ClassVar[str] = "Against buy-and-hold"

    benchmark_return: Annotated[
        float | None, Definition("Benchmark return", "fraction", "final ÷ initial equity − 1", "semantics 18")
    ]
    excess_return: Annotated[
        float | None, Definition("Excess return", "fraction", "return − benchmark return", "semantics 18")
    ]
    benchmark_max_drawdown: Annotated[
        float | None,
        Definition("Benchmark drawdown", "fraction", "max of 1 − equity ÷ running peak", "semantics 16"),
    ]
    alpha: Annotated[
        float | None,
        Definition(
            "Alpha", "fraction", "(1 + mean of r − β × b)^252 − 1" + NEEDS_30_DAYS, "Jensen 1968, empyrical"
        ),
    ]
    beta: Annotated[
        float | None, Definition("Beta", "ratio", "cov(r, b) ÷ var(b)" + NEEDS_30, "Jensen 1968, empyrical")
    ]
    tracking_error: Annotated[
        float | None,
        Definition(
            "Tracking error", "fraction", "sample deviation of r − b × √periods a year" + NEEDS_30, "LEAN"
        ),
    ]
    information_ratio: Annotated[
        float | None,
        Definition(
            "Information ratio",
            "ratio",
            "mean ÷ sample deviation of r − b × √periods a year" + NEEDS_30,
            "Grinold & Kahn 1999",
        ),
    ]
    up_capture: Annotated[
        float | None,
        Definition(
            "Up capture",
            "ratio",
            "geometric mean return ÷ the benchmark's, where it rose" + NEEDS_30,
            "Morningstar",
        ),
    ]
    down_capture: Annotated[
        float | None,
        Definition(
            "Down capture",
            "ratio",
            "geometric mean return ÷ the benchmark's, where it fell" + NEEDS_30,
            "Morningstar",
        ),
    ]


def benchmark_statistics(
    curve: EquityCurve,
    returns: PeriodicReturns,
    benchmark: EquityCurve | None,
    theirs: PeriodicReturns | None,
) -> BenchmarkStatistics:
    """Compute the section, on the periods of the run."""
    if benchmark is None or theirs is None or not curve.equity.size:
        return BenchmarkStatistics(None, None, None, None, None, None, None, None, None)
    is_usable = returns.usable.size == theirs.usable.size
    own, other = (returns.usable, theirs.usable) if is_usable else (EMPTY, EMPTY)
    year = returns.periods.per_year
    alpha, beta = alpha_beta(own, other, year)
    benchmark_return = float(benchmark.equity[-1]) / benchmark.initial - 1
    return BenchmarkStatistics(
        benchmark_return=benchmark_return,
        excess_return=float(curve.equity[-1]) / curve.initial - 1 - benchmark_return,
        benchmark_max_drawdown=float(drawdown_series(benchmark.path).max()),
        alpha=finite(alpha) if returns.periods.basis == "daily" else None,
        beta=finite(beta),
        tracking_error=tracking_error(own, other, year),
        information_ratio=finite(information_ratio(own, other, year)),
        up_capture=finite(up_capture(own, other, 1)),
        down_capture=finite(down_capture(own, other, 1)),
    )
