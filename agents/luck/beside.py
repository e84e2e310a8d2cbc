"""Everything that stands beside a run: buy-and-hold, equal weight, random traders, and what chance may have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from agents.figures import costs_added, statistics_input
from agents.luck.market import Traded, traded_by_symbol
from agents.timeline import Timeline
from broker.equity import UNITS, EquityCurve, Floats, Ints, to_units
from broker.models import Fill
from broker.selectors import Costs
from market.calendar import exchange_day
from runs.models import Mode, Run
from trading.equal_weight import equal_weight
from trading.luck import RandomTraders, Resampled, Shape, random_traders, ranges, run_excess
from trading.luck.chance import moments_drawn
from trading.settings import ExecutionSettings
from trading.statistics.curve import MINIMUM_RETURNS
from trading.statistics.report import measure

LONGEST_REBALANCED = 20_000  # bars of all symbols; beyond, equal weight is left out of minute runs


@dataclass(frozen=True)
class Beside:
    """`values` as they are stored; paths in units, one value a step."""

    values: dict[str, Any]
    curve: EquityCurve
    equal_weight: Ints | None
    random_trader: Ints | None


def beside(run: Run, timeline: Timeline, curve: EquityCurve, fills: list[Fill]) -> Beside:
    """Work out what stands beside a run that has ended. The run seeds the lot: the same run, the same traders."""
    seed = int(run.snapshot_hash[:8], 16) if run.snapshot_hash else 0
    traded = traded_by_symbol(timeline, fills, run.cursor)
    paid = costs_added(fills)
    costs = float(paid.fees + paid.slippage)
    traders = random_traders({symbol: each.orders for symbol, each in traded.items()}, seed=seed)
    weighted = equal_weight_units(run, timeline)
    initial = float(run.initial_cash)
    own = None if traders is None else random_path(run, traded, costs, seed)
    values = {
        "run": float(curve.dollars[-1]) / initial - 1,
        "buy_and_hold": None
        if curve.benchmark_dollars is None
        else float(curve.benchmark_dollars[-1]) / initial - 1,
        "equal_weight": None if weighted is None else float(weighted[-1]) / UNITS / initial - 1,
        "random": None if traders is None else random_values(traders, costs, initial),
        **chance_values(run, curve, paid),
    }
    if values["random"] is not None and own is not None:
        values["random"]["one"] = float(own[-1]) / UNITS / initial - 1
    return Beside(values, curve, weighted, own)


def random_values(traders: RandomTraders, costs: float, initial: float) -> dict[str, Any]:
    """Their returns after the run's own costs, which are those of the same turnover."""
    low, median, high = np.quantile((traders.gains - costs) / initial, [0.05, 0.5, 0.95])
    return {
        **traders.counts._asdict(),
        "low": float(low),
        "median": float(median),
        "high": float(high),
    }


def chance_values(run: Run, curve: EquityCurve, costs: Costs) -> dict[str, Any]:
    """What the bootstrap needs to judge for any number of runs tried, and the ranges that it found."""
    data = statistics_input(run, curve, costs, [])
    measured = measure(data)
    returns, per_year = measured.returns.given, measured.returns.periods.per_year
    excess = run_excess(data) if data.benchmark_equity is not None else None
    shape = Shape.of(returns) if returns.size >= MINIMUM_RETURNS else None
    found = ranges(returns, per_year)
    enough = excess is not None and excess.returns.size >= MINIMUM_RETURNS
    return {
        "returns": int(returns.size),
        "periods_per_day": excess.periods_per_day if excess is not None else 1,
        "excess": Resampled.of(excess.returns).to_json() if enough and excess is not None else None,
        "shape": list(shape) if shape is not None else None,
        "ranges": {"total_return": list(found.total_return), "sharpe": found.sharpe and list(found.sharpe)}
        if found is not None
        else None,
    }


def equal_weight_units(run: Run, timeline: Timeline) -> Ints | None:
    """Its equity after each step, in units; None with one symbol, or where it would take too long."""
    if len(timeline.columns) < 2 or timeline.bars_present > LONGEST_REBALANCED:
        return None
    execution = ExecutionSettings.from_json(run.snapshot["execution"])
    bars = {symbol: columns.to_bars() for symbol, columns in timeline.columns.items()}
    actions = {symbol: timeline.actions_on(symbol) for symbol in timeline.columns}
    starts = [timeline.start(step) for step in range(1, len(timeline) + 1)]
    result = equal_weight(bars, run.initial_cash, execution, rebalanced_at(run, starts), actions)
    return to_units(equity for _, equity in result.equity)[: run.cursor]


def rebalanced_at(run: Run, starts: list[datetime]) -> list[datetime]:
    """The first bar of each month in daily runs, of each hour in a session."""
    periods = [
        exchange_day(start).replace(day=1) if run.mode == Mode.DAILY else start.replace(minute=0)
        for start in starts
    ]
    return [
        start
        for start, period, before in zip(starts[1:], periods[1:], periods, strict=False)
        if period != before
    ]


def random_path(run: Run, traded: Mapping[str, Traded], costs: float, seed: int) -> Ints:
    """The equity of one random trader after each step, its costs paid as it trades."""
    random = np.random.default_rng(seed + 1)
    equity = np.full(run.cursor, float(run.initial_cash))
    trades = sum(each.orders.shares.size for each in traded.values())
    for _, each in sorted(traded.items()):
        if each.orders.shares.size:
            equity += gains_after_steps(each, moments_drawn(each.orders, 1, random)[0], costs / trades)
    units: Ints = np.rint(equity * UNITS).astype(np.int64)
    return units


def gains_after_steps(traded: Traded, moments: Ints, cost: float) -> Floats:
    """Dollars won or lost on one symbol after each step, trading at these of its opens."""
    orders = traded.orders
    bars = len(traded.closes)
    shares, cash = np.zeros(bars), np.zeros(bars)
    np.add.at(shares, moments + traded.first_row, orders.shares)
    np.add.at(cash, moments + traded.first_row, -orders.shares * orders.opens[moments] - cost)
    gains = shares.cumsum() * traded.closes + cash.cumsum()
    return np.where(traded.rows >= 0, gains[np.maximum(traded.rows, 0)], 0.0)
