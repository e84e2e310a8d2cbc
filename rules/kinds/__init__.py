"""The kinds of structured rules, one file each, registered here by name. docs/rule-kinds.md tells how to add one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rules.kinds.base import BadRule as BadRule
from rules.kinds.base import Kind as Kind

KIND_NAMES = (
    "max_position_percent",
    "max_position_dollars",
    "max_position_shares",
    "max_risk_per_trade",
    "max_positions",
    "min_cash_reserve",
    "max_trades",
    "max_orders_per_hour",
    "max_daily_loss",
    "max_weekly_loss",
    "max_drawdown",
    "max_gross_exposure",
    "max_net_exposure",
    "max_leverage",
    "max_sector_percent",
    "max_consecutive_losses",
    "low_profit_lock",
    "blackout",
    "trading_hours",
    "no_opening_after",
    "flat_by",
    "min_hold",
    "max_hold",
    "cool_down_after_stop",
    "only_on_dates",
    "only_on_weekdays",
    "take_profit",
    "price_condition",
    "indicator_condition",
    "min_relative_volume",
    "max_spread",
    "stop_loss_percent",
    "stop_loss_atr",
    "trailing_stop",
    "allow_list",
    "deny_list",
    "price_range",
    "min_volume",
    "min_daily_volume",
    "min_move",
    "allowed_sectors",
    "avoided_sectors",
    "direction",
    "one_direction_a_day",
    "no_averaging_down",
    "order_types",
    "halt_on_loss",
    "halt_on_volatility",
    "halt_on_data_gap",
    "kill_switch",
)

KINDS: dict[str, Kind[Any]] = {name: import_module(f"{__name__}.{name}").KIND for name in KIND_NAMES}
