"""Which way each statistic is better; of some there is no better way."""

from __future__ import annotations

from collections.abc import Sequence

MORE = frozenset(
    {
        "final_equity",
        "profit",
        "total_return",
        "cagr",
        "best_return",
        "worst_return",
        "sharpe",
        "sharpe_lean",
        "probabilistic_sharpe",
        "sortino",
        "calmar",
        "omega",
        # Losses as negative returns: nearer to 0 is better.
        "var_95_historical",
        "var_99_historical",
        "cvar_95_historical",
        "cvar_99_historical",
        "var_95_normal",
        "var_99_normal",
        "cvar_95_normal",
        "cvar_99_normal",
        "excess_return",
        "alpha",
        "information_ratio",
        "up_capture",
        "win_rate",
        "trip_profit",
        "gross_profit",
        "gross_loss",
        "profit_factor",
        "expectancy",
        "expectancy_ratio",
        "average_win",
        "average_loss",
        "payoff_ratio",
        "best_trip",
        "worst_trip",
        "sqn",
        "average_mae",
        "worst_mae",
        "average_mfe",
        "best_mfe",
    }
)
LESS = frozenset(
    {
        "annual_volatility",
        "max_drawdown",
        "max_drawdown_seconds",
        "max_drawdown_recovery_seconds",
        "average_drawdown",
        "average_drawdown_seconds",
        "longest_drawdown_seconds",
        "current_drawdown",
        "tracking_error",
        "down_capture",
        "trip_deviation",
        "closed_trip_drawdown",
        "longest_losing_streak",
        "trip_fees",
        "fees_paid",
        "slippage_paid",
    }
)
NEITHER = frozenset(
    {
        "started_at",
        "ended_at",
        "point_count",
        "day_count",
        "basis",
        "periods_per_year",
        "return_count",
        "initial_equity",
        "max_drawdown_start_at",
        "max_drawdown_trough_at",
        "max_drawdown_recovered_at",
        "drawdown_count",
        "benchmark_return",
        "benchmark_max_drawdown",
        "beta",
        "trip_count",
        "winning_trips",
        "losing_trips",
        "profit_factor_is_infinite",
        "longest_winning_streak",
        "average_holding_seconds",
        "median_holding_seconds",
        "time_in_market",
        "average_exposure",
        "max_exposure",
        "traded_value",
        "turnover",
    }
)


def best_of(name: str, values: Sequence[float | None]) -> frozenset[int]:
    """The places of the best values; none where it has no better way, is known of one only, or is the same in all."""
    known = [value for value in values if value is not None]
    if name not in MORE | LESS or len(known) < 2 or min(known) == max(known):
        return frozenset()
    best = max(known) if name in MORE else min(known)
    return frozenset(place for place, value in enumerate(values) if value == best)
