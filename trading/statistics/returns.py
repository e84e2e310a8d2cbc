"""Returns and growth: total return, compound annual growth, volatility.

Formulas as in empyrical (stats.py) unless a function says otherwise; a missing return is NaN and is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

import numpy as np

from trading.statistics.curve import NEEDS_30, NEEDS_30_DAYS, EquityCurve, PeriodicReturns
from trading.statistics.sample import Numbers, as_floats, compounded, deviation, finite, mean, present
from trading.statistics.section import Definition, Section


def total_return(returns: Numbers) -> float | None:
    """Return Π(1 + r) − 1."""
    given = present(returns)
    return float(np.prod(1 + given)) - 1 if given.size else None


def annual_return(returns: Numbers, periods_per_year: float = 252) -> float | None:
    """Return Π(1 + r)^(periods ÷ n) − 1, the compound annual growth rate; n counts missing returns too."""
    count = len(as_floats(returns))
    total = total_return(returns)
    return None if total is None else compounded(1 + total, periods_per_year / count)


def annual_performance(returns: Numbers, periods_per_year: float = 252) -> float | None:
    """Return (1 + mean r)^periods − 1, LEAN's annual return (Common/Statistics/Statistics.cs)."""
    average = mean(present(returns))
    return None if average is None else compounded(1 + average, periods_per_year)


def annual_variance(returns: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the sample variance × periods."""
    spread = deviation(present(returns))
    return None if spread is None else spread**2 * periods_per_year


def annual_volatility(returns: Numbers, periods_per_year: float = 252) -> float | None:
    """Return the sample standard deviation × √periods."""
    spread = deviation(present(returns))
    return None if spread is None else spread * math.sqrt(periods_per_year)


def downside_risk(
    returns: Numbers, periods_per_year: float = 252, required_return: float | Numbers = 0.0
) -> float | None:
    """Return √(mean of min(r − required, 0)² over all periods) × √periods (Sortino & Price 1994)."""
    below = np.minimum(present(as_floats(returns) - np.asarray(required_return, dtype=np.float64)), 0)
    return float(np.sqrt(np.mean(below**2))) * math.sqrt(periods_per_year) if below.size else None


@dataclass(frozen=True)
class ReturnStatistics(Section):
    """What was earned, over which time."""

    title: ClassVar[str] = "Return"

    started_at: Annotated[datetime | None, Definition("From", "time", "first equity point", "tradelab")]
    ended_at: Annotated[datetime | None, Definition("To", "time", "last equity point", "tradelab")]
    point_count: Annotated[
        int, Definition("Equity points", "count", "points of the equity curve", "tradelab")
    ]
    day_count: Annotated[int, Definition("Days", "count", "exchange days with an equity point", "tradelab")]
    basis: Annotated[
        str,
        Definition(
            "Basis",
            "text",
            "daily: returns from day to day; intraday: from bar to bar, under 30 days",
            "semantics 16",
        ),
    ]
    periods_per_year: Annotated[
        int, Definition("Periods a year", "count", "252, intraday × bars a session", "semantics 16")
    ]
    return_count: Annotated[int, Definition("Returns", "count", "returns on this basis", "tradelab")]
    initial_equity: Annotated[
        float, Definition("Initial equity", "USD", "equity before the first step", "tradelab")
    ]
    final_equity: Annotated[float | None, Definition("Final equity", "USD", "last equity point", "tradelab")]
    profit: Annotated[float | None, Definition("Profit", "USD", "final − initial equity", "tradelab")]
    total_return: Annotated[
        float | None, Definition("Return", "fraction", "final ÷ initial equity − 1", "semantics 16")
    ]
    cagr: Annotated[
        float | None,
        Definition("CAGR", "fraction", "Π(1 + r)^(252 ÷ n) − 1" + NEEDS_30_DAYS, "empyrical annual_return"),
    ]
    annual_volatility: Annotated[
        float | None,
        Definition("Volatility", "fraction", "sample deviation × √periods a year" + NEEDS_30, "empyrical"),
    ]
    best_return: Annotated[float | None, Definition("Best period", "fraction", "largest return", "tradelab")]
    worst_return: Annotated[
        float | None, Definition("Worst period", "fraction", "smallest return", "tradelab")
    ]


def return_statistics(curve: EquityCurve, returns: PeriodicReturns) -> ReturnStatistics:
    """Compute the section."""
    final = float(curve.equity[-1]) if curve.equity.size else None
    return ReturnStatistics(
        started_at=curve.times[0] if curve.equity.size else None,
        ended_at=curve.times[-1] if curve.equity.size else None,
        point_count=curve.equity.size,
        day_count=returns.periods.day_count,
        basis=returns.periods.basis,
        periods_per_year=returns.periods.per_year,
        return_count=returns.given.size,
        initial_equity=curve.initial,
        final_equity=final,
        profit=None if final is None else final - curve.initial,
        total_return=None if final is None else final / curve.initial - 1,
        cagr=finite(annual_return(returns.usable_daily, returns.periods.per_year)),
        annual_volatility=annual_volatility(returns.usable, returns.periods.per_year),
        best_return=float(returns.given.max()) if returns.given.size else None,
        worst_return=float(returns.given.min()) if returns.given.size else None,
    )
