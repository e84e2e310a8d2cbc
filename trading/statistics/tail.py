"""Value at risk and expected shortfall, as returns of one period: a loss is negative.

`tail` is the probability of a worse return, 0.05 for "95 %".
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated, ClassVar

import numpy as np

from trading.statistics.curve import NEEDS_30, PeriodicReturns
from trading.statistics.sample import Numbers, deviation, mean, present
from trading.statistics.section import Definition, Section


def historical_var(returns: Numbers, tail: float = 0.05) -> float | None:
    """Return the empirical quantile of the returns, linear between observations (Hyndman & Fan type 7)."""
    given = present(returns)
    return float(np.quantile(given, tail)) if given.size else None


def historical_cvar(returns: Numbers, tail: float = 0.05) -> float | None:
    """Return the mean of the worst ⌊(n − 1) × tail⌋ + 1 returns (empyrical, conditional_value_at_risk)."""
    given = np.sort(present(returns))
    return float(given[: int((given.size - 1) * tail) + 1].mean()) if given.size else None


def normal_var(returns: Numbers, tail: float = 0.05) -> float | None:
    """Return mean + z × sample standard deviation, z the normal quantile of the tail (LEAN, PortfolioStatistics)."""
    given = present(returns)
    average, spread = mean(given), deviation(given)
    return None if average is None or spread is None else average + NormalDist().inv_cdf(tail) * spread


def normal_cvar(returns: Numbers, tail: float = 0.05) -> float | None:
    """Return mean − sample standard deviation × φ(z) ÷ tail (Rockafellar & Uryasev 2000)."""
    given = present(returns)
    average, spread = mean(given), deviation(given)
    if average is None or spread is None:
        return None
    normal = NormalDist()
    return average - spread * normal.pdf(normal.inv_cdf(tail)) / tail


@dataclass(frozen=True)
class TailStatistics(Section):
    """How bad a bad period is. A loss is negative."""

    title: ClassVar[str] = "Tail risk"

    var_95_historical: Annotated[
        float | None, Definition("VaR 95 %", "fraction", "5 % quantile of returns" + NEEDS_30, "empyrical")
    ]
    var_99_historical: Annotated[
        float | None, Definition("VaR 99 %", "fraction", "1 % quantile of returns" + NEEDS_30, "empyrical")
    ]
    cvar_95_historical: Annotated[
        float | None,
        Definition("CVaR 95 %", "fraction", "mean of the worst 5 % of returns" + NEEDS_30, "empyrical"),
    ]
    cvar_99_historical: Annotated[
        float | None,
        Definition("CVaR 99 %", "fraction", "mean of the worst 1 % of returns" + NEEDS_30, "empyrical"),
    ]
    var_95_normal: Annotated[
        float | None,
        Definition("VaR 95 % (normal)", "fraction", "mean − 1.645 × deviation" + NEEDS_30, "LEAN"),
    ]
    var_99_normal: Annotated[
        float | None,
        Definition("VaR 99 % (normal)", "fraction", "mean − 2.326 × deviation" + NEEDS_30, "LEAN"),
    ]
    cvar_95_normal: Annotated[
        float | None,
        Definition(
            "CVaR 95 % (normal)",
            "fraction",
            "mean − 2.063 × deviation" + NEEDS_30,
            "Rockafellar & Uryasev 2000",
        ),
    ]
    cvar_99_normal: Annotated[
        float | None,
        Definition(
            "CVaR 99 % (normal)",
            "fraction",
            "mean − 2.665 × deviation" + NEEDS_30,
            "Rockafellar & Uryasev 2000",
        ),
    ]


def tail_statistics(returns: PeriodicReturns) -> TailStatistics:
    """Compute the section, per period of the report's basis."""
    sample = returns.usable
    return TailStatistics(
        var_95_historical=historical_var(sample, 0.05),
        var_99_historical=historical_var(sample, 0.01),
        cvar_95_historical=historical_cvar(sample, 0.05),
        cvar_99_historical=historical_cvar(sample, 0.01),
        var_95_normal=normal_var(sample, 0.05),
        var_99_normal=normal_var(sample, 0.01),
        cvar_95_normal=normal_cvar(sample, 0.05),
        cvar_99_normal=normal_cvar(sample, 0.01),
    )
