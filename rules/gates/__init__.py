"""The risk gates, which nobody can switch off: one file each, all asked about every order. Equality passes."""

from __future__ import annotations

from rules.gates import (
    bracket,
    cash_reserve,
    daily_loss,
    day_trades,
    drawdown,
    duplicate,
    feed,
    market_open,
    negative_cash,
    open_positions,
    order_rate,
    oversell,
    permission,
    position_size,
    price,
    price_distance,
    quantity,
    replacement,
    sector,
    symbol,
    trading_hours,
    weekly_loss,
)
from rules.gates.base import Check, Gate

__all__ = ["GATES", "Check", "Gate"]

GATES: tuple[Gate, ...] = tuple(
    module.GATE
    for module in (
        quantity,
        price,
        symbol,
        market_open,
        feed,
        oversell,
        negative_cash,
        day_trades,
        position_size,
        open_positions,
        cash_reserve,
        daily_loss,
        weekly_loss,
        drawdown,
        permission,
        sector,
        trading_hours,
        price_distance,
        bracket,
        order_rate,
        duplicate,
        replacement,
    )
)
