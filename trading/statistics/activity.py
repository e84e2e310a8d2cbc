"""How much the run traded, what it held meanwhile and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from trading.statistics.curve import EquityCurve
from trading.statistics.sample import Floats, finite, mean, quotient
from trading.statistics.section import Definition, Section


@dataclass(frozen=True)
class ActivityStatistics(Section):
    """Exposure, turnover and costs. Exposure is — when it was not recorded."""

    title: ClassVar[str] = "Activity and costs"

    time_in_market: Annotated[
        float | None,
        Definition(
            "Time in market", "fraction", "share of equity points with a position", "backtesting.py exposure"
        ),
    ]
    average_exposure: Annotated[
        float | None,
        Definition("Average exposure", "fraction", "mean of (long + short value) ÷ equity", "zipline"),
    ]
    max_exposure: Annotated[
        float | None,
        Definition("Largest exposure", "fraction", "max of (long + short value) ÷ equity", "zipline"),
    ]
    traded_value: Annotated[
        float, Definition("Traded value", "USD", "Σ quantity × price of fills", "tradelab")
    ]
    turnover: Annotated[
        float | None,
        Definition(
            "Turnover", "ratio", "traded value ÷ mean equity, over the whole run", "LEAN, not per day"
        ),
    ]
    fees_paid: Annotated[float, Definition("Fees", "USD", "Σ fees of fills", "semantics 4")]
    slippage_paid: Annotated[
        float, Definition("Slippage", "USD", "Σ |fill − reference price| × quantity", "semantics 4")
    ]


def activity_statistics(
    curve: EquityCurve, exposure: Floats, traded_value: float, fees_paid: float, slippage_paid: float
) -> ActivityStatistics:
    """Compute the section. `exposure` is gross, at each equity point, or empty."""
    average_equity = mean(curve.equity)
    is_positive = average_equity is not None and average_equity > 0
    return ActivityStatistics(
        time_in_market=float((exposure > 0).mean()) if exposure.size else None,
        average_exposure=mean(exposure),
        max_exposure=float(exposure.max()) if exposure.size else None,
        traded_value=traded_value,
        turnover=finite(quotient(traded_value, average_equity)) if is_positive else None,
        fees_paid=fees_paid,
        slippage_paid=slippage_paid,
    )
