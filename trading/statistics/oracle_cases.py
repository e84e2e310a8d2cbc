"""Outside test cases of category "stats", answered by the formulas that the report uses.

Each case type maps to one formula; what is written here is only how a case names its input and which sign or
placeholder its source uses. Undefined is null and infinite is "inf" in the cases of empyrical; LEAN's trade figures
have 0 for undefined and 10 for infinite.
"""

from __future__ import annotations

import csv
import math
import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np

from trading.statistics import ratios, relative, returns, tail, trips
from trading.statistics.curve import DAY_SECONDS, simple_returns
from trading.statistics.drawdown import drawdowns, longest_recovery, max_drawdown
from trading.statistics.sample import Floats, Numbers, as_floats, deviation, quotient

PERIODS = {"daily": 252, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}
VAR_WINDOW = 252
LEAN_INFINITE = 10.0

Value = float | str | None
Answer = Value | list["Answer"] | dict[str, Value]


class UnsupportedCase(ValueError):
    """The case asks for a figure that the statistics do not have."""


@dataclass(frozen=True)
class StatsCase:
    """One case: its input, and where `data` files are."""

    id: str
    given: Mapping[str, Any]
    data: Path | None

    @property
    def returns(self) -> Floats:
        return as_floats(self.given["returns"])

    @property
    def benchmark(self) -> Floats:
        return as_floats(self.given["benchmark"] if "benchmark" in self.given else self.given["factor"])

    @property
    def per_year(self) -> float:
        """Periods a year. Some cases repeat their returns under "period": their id then ends with the period."""
        if "periods_per_year" in self.given:
            return float(self.given["periods_per_year"])
        named = self.given.get("period", "daily")
        period = named if isinstance(named, str) else self.id.rsplit("-", 1)[-1]
        if period not in PERIODS:
            raise UnsupportedCase(f"{self.id} has the period {period!r}; known are {', '.join(PERIODS)}")
        return PERIODS[period]

    def closes(self, name: str) -> tuple[list[str], Floats]:
        """Return dates and closes of a daily file, e.g. "daily/SPY.csv"."""
        if self.data is None:
            raise UnsupportedCase(f"{self.id} needs {name}, and no data folder was given")
        with (self.data / name.removeprefix("data/")).open(newline="") as file:
            rows = [(row["date"], float(row["close"])) for row in csv.DictReader(file)]
        return [date for date, _ in rows], as_floats([close for _, close in rows])

    def returns_between(self, first: str, last: str) -> Floats:
        """Return the close-to-close returns dated from first to last, both included."""
        dates, closes = self.closes(self.given["data"])
        changes = simple_returns(closes[0], closes)[1:]
        return as_floats([r for date, r in zip(dates[1:], changes, strict=True) if first <= date <= last])


def evaluate_case(case: Mapping[str, Any], data: Path | None = None) -> Answer:
    """Return the product's answer to a case of category "stats", to be compared with its `expected`.

    `data` is the folder that the case's data files are in. Raises UnsupportedCase for a type that is not known.
    """
    formula = FORMULAS.get(case["type"]) or _rolling(case["type"])
    if formula is None:
        raise UnsupportedCase(
            f"{case['id']} asks for {case['type']}; known are {', '.join(sorted(FORMULAS))}"
        )
    answer = formula(StatsCase(case["id"], case["input"], data))
    return _answered(answer)


def _answered(answer: Any) -> Answer:
    if isinstance(answer, dict):
        return {name: _written(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [_answered(value) for value in answer]
    return _written(answer)


def _rolling(kind: str) -> Callable[[StatsCase], list[Any]] | None:
    """Any figure of returns over each stretch of `window` of them."""
    formula = FORMULAS.get(re.sub(r"^roll(ing)?_", "", kind))
    if formula is None or not kind.startswith("roll"):
        return None

    def rolled(case: StatsCase) -> list[Any]:
        window, series = case.given["window"], ("returns", "benchmark", "factor", "risk_free")
        if window < 1:
            raise ValueError(f"window should be at least 1, was {window}")
        columns = {name: case.given[name] for name in series if isinstance(case.given.get(name), list)}
        stretches: Iterator[Any] = (
            {name: values[first : first + window] for name, values in columns.items()}
            for first in range(len(case.given["returns"]) - window + 1)
        )
        rest = cast(dict[str, Any], case.given)  # only read
        return [formula(replace(case, given=ChainMap(stretch, rest))) for stretch in stretches]

    return rolled


def _up_down_capture(case: StatsCase) -> float | None:
    up, down = (each(case.returns, case.benchmark, case.per_year) for each in _CAPTURES)
    return quotient(up, down)


_CAPTURES = (relative.up_capture, relative.down_capture)


def _final_value(case: StatsCase) -> float | None:
    """Growth from a starting value is told as the value that it comes to."""
    growth, start = returns.total_return(case.returns), case.given.get("starting_value", 0)
    return growth if growth is None or not start else start * (1 + growth)


def _written(value: float | None) -> Value:
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float(value)


def _with_period(formula: Callable[[Numbers, float], float | None]) -> Callable[[StatsCase], float | None]:
    return lambda case: formula(case.returns, case.per_year)


def _against(
    formula: Callable[[Numbers, Numbers, float], float | None],
) -> Callable[[StatsCase], float | None]:
    return lambda case: formula(case.returns, case.benchmark, case.per_year)


def _alpha_beta(case: StatsCase) -> tuple[float | None, float | None]:
    risk_free = case.given.get("risk_free", 0.0)
    return relative.alpha_beta(case.returns, case.benchmark, case.per_year, risk_free)


def _negative(depth: float | None) -> float | None:
    return None if depth is None else -depth


def _annual_performance(case: StatsCase) -> float | None:
    given = case.given
    dated = case.returns_between(given["first_return_date"], given["last_return_date"])
    return returns.annual_performance(dated, case.per_year)


def _tracking_error(case: StatsCase) -> float | None:
    if "data" not in case.given:
        return relative.tracking_error(case.returns, case.benchmark, case.per_year)
    series = (case.closes(name)[1] for name in case.given["data"])
    count = case.given["first_n_returns"]
    own, other = (simple_returns(closes[0], closes)[1 : count + 1] for closes in series)
    return relative.tracking_error(own, other, case.per_year)


def _value_at_risk(case: StatsCase) -> dict[str, float | None] | float | None:
    if "data" not in case.given:
        return tail.historical_var(case.returns, case.given.get("cutoff", 0.05))
    dated = case.returns_between("", case.given["as_of"])[-VAR_WINDOW:]
    return {"var99": tail.normal_var(dated, 0.01), "var95": tail.normal_var(dated, 0.05)}


def _recovery_days(case: StatsCase) -> float:
    equity = as_floats(case.given["daily_equity"])
    return (
        longest_recovery(np.arange(equity.size, dtype=np.float64) * DAY_SECONDS, drawdowns(equity))
        / DAY_SECONDS
    )


@dataclass(frozen=True)
class _Trade:
    """A trade of a case, as a closed trip."""

    direction: str
    entry_at: datetime
    exit_at: datetime
    pnl: float
    fees: float
    mae: float | None
    mfe: float | None
    symbol: str = ""


def _trade(given: Mapping[str, Any]) -> _Trade:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    entry, leave = (start + timedelta(minutes=given[name]) for name in ("entry_minute", "exit_minute"))
    profit, fees = given["profit_loss"], given["fees"]
    return _Trade(given["direction"], entry, leave, profit, fees, given.get("mae"), given.get("mfe"))


def _trade_statistics(case: StatsCase) -> dict[str, float | None]:
    trades = [_trade(trade) for trade in case.given["trades"]]
    found = trips.trip_statistics(trades)
    losses = as_floats([trade.pnl for trade in trades if trade.pnl < 0])
    lose_rate = None if found.win_rate is None else found.losing_trips / found.trip_count
    win_loss = quotient(found.winning_trips, found.losing_trips)
    return {
        "total_number_of_trades": found.trip_count,
        "number_of_winning_trades": found.winning_trips,
        "number_of_losing_trades": found.losing_trips,
        "total_profit_loss": found.trip_profit,
        "total_profit": found.gross_profit,
        "total_loss": found.gross_loss,
        "largest_profit": max(found.best_trip or 0.0, 0.0),
        "largest_loss": min(found.worst_trip or 0.0, 0.0),
        "average_profit_loss": found.expectancy or 0.0,
        "average_profit": found.average_win or 0.0,
        "average_loss": found.average_loss or 0.0,
        "max_consecutive_winning_trades": found.longest_winning_streak,
        "max_consecutive_losing_trades": found.longest_losing_streak,
        "profit_loss_ratio": found.payoff_ratio or 0.0,
        "win_loss_ratio": LEAN_INFINITE if win_loss == math.inf else win_loss or 0.0,
        "win_rate": found.win_rate or 0.0,
        "loss_rate": lose_rate or 0.0,
        "maximum_closed_trade_drawdown": found.closed_trip_drawdown,
        "profit_loss_standard_deviation": found.trip_deviation or 0.0,
        "profit_factor": LEAN_INFINITE if found.profit_factor_is_infinite else found.profit_factor or 0.0,
        "sharpe_ratio": _lean(quotient(found.expectancy, found.trip_deviation)),
        "sortino_ratio": _lean(quotient(found.expectancy, deviation(losses))),
        "total_fees": found.trip_fees,
    }


def _lean(ratio: float | None) -> float:
    """LEAN writes 0 for a ratio without deviation."""
    return 0.0 if ratio is None or math.isinf(ratio) else ratio


FORMULAS: dict[str, Callable[[StatsCase], Any]] = {
    "alpha": lambda case: _alpha_beta(case)[0],
    "alpha_beta": lambda case: _alpha_beta(case),
    "annual_performance": _annual_performance,
    "annual_return": _with_period(returns.annual_return),
    "annual_variance": _with_period(returns.annual_variance),
    "annual_volatility": _with_period(returns.annual_volatility),
    "cagr": _with_period(returns.annual_return),
    "beta": lambda case: _alpha_beta(case)[1],
    "calmar_ratio": _with_period(ratios.calmar),
    "capture": _against(relative.capture),
    "conditional_value_at_risk": lambda case: tail.historical_cvar(
        case.returns, case.given.get("cutoff", 0.05)
    ),
    "cum_returns_final": _final_value,
    "down_capture": _against(relative.down_capture),
    "downside_risk": lambda case: returns.downside_risk(
        case.returns, case.per_year, case.given.get("required_return", 0.0)
    ),
    "drawdown_recovery_days": _recovery_days,
    "excess_sharpe": lambda case: relative.information_ratio(case.returns, case.benchmark, 1),
    "information_ratio": _against(relative.information_ratio),
    "max_drawdown": lambda case: _negative(max_drawdown(case.returns)),
    "omega_ratio": lambda case: ratios.omega(
        case.returns, case.per_year, case.given.get("risk_free", 0.0), case.given.get("required_return", 0.0)
    ),
    "probabilistic_sharpe_ratio": lambda case: ratios.probabilistic_sharpe(
        case.returns, case.given.get("benchmark_sharpe", 0.0)
    ),
    "sharpe_ratio": lambda case: ratios.sharpe(case.returns, case.per_year, case.given.get("risk_free", 0.0)),
    "sharpe_ratio_lean": lambda case: ratios.sharpe_lean(
        case.returns, case.per_year, case.given.get("risk_free_annual", 0.0)
    ),
    "sortino_ratio": lambda case: ratios.sortino(
        case.returns, case.per_year, case.given.get("required_return", 0.0)
    ),
    "tracking_error": _tracking_error,
    "trade_statistics": _trade_statistics,
    "up_capture": _against(relative.up_capture),
    "up_down_capture": _up_down_capture,
    "value_at_risk": _value_at_risk,
}
