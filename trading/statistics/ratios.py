"""Reward for risk: Sharpe (also LEAN's and the probabilistic one), Sortino, Calmar, Omega.

Missing returns (NaN) are left out. `risk_free` and `required_return` are per period unless a name says annual.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, ClassVar

import numpy as np

from trading.statistics.curve import NEEDS_30, NEEDS_30_DAYS, EquityCurve, PeriodicReturns
from trading.statistics.drawdown import drawdown_series, max_drawdown
from trading.statistics.returns import annual_performance, annual_return, annual_volatility, downside_risk
from trading.statistics.sample import Floats, Numbers, as_floats, deviation, finite, mean, present, quotient
from trading.statistics.section import Definition, Section


def sharpe(returns: Numbers, periods_per_year: float = 252, risk_free: float | Numbers = 0.0) -> float | None:
    """Return mean ÷ sample standard deviation of the excess returns × √periods (Sharpe 1994)."""
    excess = _excess(returns, risk_free)
    ratio = quotient(mean(excess), deviation(excess))
    return None if ratio is None else ratio * math.sqrt(periods_per_year)


def sharpe_lean(
    returns: Numbers, periods_per_year: float = 252, risk_free_annual: float = 0.0
) -> float | None:
    """Return ((1 + mean)^periods − 1 − risk-free) ÷ annual volatility, LEAN's convention.

    LEAN feeds it `calendar_day_returns`. Not comparable with `sharpe`.
    """
    annual = annual_performance(returns, periods_per_year)
    excess = None if annual is None else annual - risk_free_annual
    return quotient(excess, annual_volatility(returns, periods_per_year))


def sortino(
    returns: Numbers, periods_per_year: float = 252, required_return: float | Numbers = 0.0
) -> float | None:
    """Return mean of (r − required) × periods ÷ downside risk (Sortino & Price 1994), None below two returns."""
    excess = _excess(returns, required_return)
    average = mean(excess)
    if excess.size < 2 or average is None:
        return None
    return quotient(average * periods_per_year, downside_risk(excess, periods_per_year))


def calmar(returns: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the annual return ÷ max drawdown (Young 1991), None without a drawdown."""
    depth = max_drawdown(returns)
    return quotient(annual_return(returns, periods_per_year), depth) if depth else None


def omega(
    returns: Numbers,
    periods_per_year: float = 252,
    risk_free: float | Numbers = 0.0,
    required_return_annual: float = 0.0,
) -> float | None:
    """Return Σ of returns above the threshold ÷ Σ below it (Keating & Shadwick 2002).

    None below two returns, without a return below the threshold, and for a threshold of a total loss or more.
    """
    if required_return_annual <= -1:
        return None
    threshold = (1 + required_return_annual) ** (1 / periods_per_year) - 1
    excess = _excess(returns, risk_free) - threshold
    gains, losses = float(excess[excess > 0].sum()), -float(excess[excess < 0].sum())
    return gains / losses if excess.size >= 2 and losses > 0 else None


def probabilistic_sharpe(returns: Numbers, benchmark_sharpe: float = 0.0) -> float | None:
    """Return the probability that the true Sharpe ratio per period exceeds the benchmark's.

    Bailey & López de Prado (2012), "The Sharpe Ratio Efficient Frontier":
    Φ((SR − SR*) √(n − 1) ÷ √(1 − skew × SR + (kurtosis − 1) ÷ 4 × SR²)), kurtosis 3 for a normal sample.
    """
    given = present(returns)
    ratio = quotient(mean(given), deviation(given))
    shape = moments(given)
    if ratio is None or shape is None:
        return None
    skewness, kurtosis = shape
    variance = 1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2
    if not variance > 0:
        return None
    return NormalDist().cdf((ratio - benchmark_sharpe) * math.sqrt(given.size - 1) / math.sqrt(variance))


def moments(values: Floats) -> tuple[float, float] | None:
    """Return skewness and kurtosis (of the sample, 3 for a normal one), None without deviation."""
    if not deviation(values):
        return None
    standard = (values - values.mean()) / values.std()
    return float(np.mean(standard**3)), float(np.mean(standard**4))


def _excess(returns: Numbers, threshold: float | Numbers) -> Floats:
    return present(as_floats(returns) - np.asarray(threshold, dtype=np.float64))


@dataclass(frozen=True)
class RatioStatistics(Section):
    """Reward for risk. The risk-free rate is 0."""

    title: ClassVar[str] = "Reward for risk"

    sharpe: Annotated[
        float | None,
        Definition(
            "Sharpe",
            "ratio",
            "mean ÷ sample deviation of returns × √periods a year" + NEEDS_30,
            "semantics 16",
        ),
    ]
    sharpe_lean: Annotated[
        float | None,
        Definition(
            "Sharpe (LEAN)",
            "ratio",
            "((1 + mean)^252 − 1) ÷ (sample deviation × √252) of daily returns" + NEEDS_30_DAYS,
            "LEAN Statistics.cs",
        ),
    ]
    probabilistic_sharpe: Annotated[
        float | None,
        Definition(
            "Probabilistic Sharpe",
            "fraction",
            "probability that the true Sharpe ratio is above 0, given length, skew and kurtosis" + NEEDS_30,
            "Bailey & López de Prado 2012",
        ),
    ]
    sortino: Annotated[
        float | None,
        Definition(
            "Sortino", "ratio", "annual mean ÷ downside risk" + NEEDS_30, "Sortino & Price 1994, empyrical"
        ),
    ]
    calmar: Annotated[
        float | None, Definition("Calmar", "ratio", "CAGR ÷ max drawdown" + NEEDS_30_DAYS, "Young 1991")
    ]
    omega: Annotated[
        float | None,
        Definition("Omega", "ratio", "Σ gains ÷ Σ losses of returns" + NEEDS_30, "Keating & Shadwick 2002"),
    ]


def ratio_statistics(curve: EquityCurve, returns: PeriodicReturns) -> RatioStatistics:
    """Compute the section. Calmar takes the drawdown over every equity point, not only daily ones."""
    sample, daily, year = returns.usable, returns.usable_daily, returns.periods.per_year
    depth = float(drawdown_series(curve.path).max())
    return RatioStatistics(
        sharpe=finite(sharpe(sample, year)),
        sharpe_lean=finite(sharpe_lean(daily, year)),
        probabilistic_sharpe=finite(probabilistic_sharpe(sample)),
        sortino=finite(sortino(sample, year)),
        calmar=finite(quotient(annual_return(daily, year), depth)),
        omega=finite(omega(sample, year)),
    )
