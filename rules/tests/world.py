"""A small trading world: one account, one door, and limits that a test changes one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules.approve import make_approve
from rules.limits import GATE_THRESHOLDS, EffectiveLimits, effective_limits
from trading.ledger import Account
from trading.orders import Approval, Order, OrderStatus
from trading.positions import Lot, Position
from trading.session import Approve, start_account
from trading.settings import AccountType, ExecutionSettings
from trading.types import Action, OrderIntent, OrderType, Side, TimeInForce

NOON = datetime(2024, 1, 3, 17, 0, tzinfo=UTC)  # 12:00 in New York
SYMBOLS = frozenset({"AAA", "BBB", "CCC"})

# Limits so wide that none of them binds.
OPEN_GATES = {
    "max_position_percent": "100000",
    "min_cash_reserve_percent": "0",
    "max_drawdown_percent": "100000",
    "max_price_distance_percent": "100000",
    "max_orders_per_minute": "1000000",
}
OPEN_PROFILE: dict[str, Any] = {
    "max_position_size_percent": None,
    "max_open_positions": None,
    "max_loss_per_day": None,
    "max_loss_per_week": None,
    "stop_trading_if_daily_loss_exceeds": None,
    "min_cash_reserve_percent": None,
    "trading_hours_start": "00:00:00",
    "trading_hours_end": "23:59:59",
    "use_options": True,
    "use_short_selling": True,
    "avoided_sectors": [],
}
OPEN_MODEL: dict[str, Any] = {
    "allowed_symbols": [],
    "allowed_order_types": [*OrderType, "bracket"],
    "allow_shorting": True,
    "margin_account": True,
    "allow_options_strategies": True,
    "max_position_size_dollars": None,
    "max_daily_loss_dollars": None,
}
# What a new user has.
USUAL_PROFILE = {
    **OPEN_PROFILE,
    "max_position_size_percent": "20.00",
    "max_open_positions": 5,
    "min_cash_reserve_percent": "20.00",
    "trading_hours_start": "09:30:00",
    "trading_hours_end": "16:00:00",
    "use_options": False,
    "use_short_selling": False,
}
USUAL_MODEL = {
    **OPEN_MODEL,
    "allowed_order_types": ["market", "limit"],
    "allow_shorting": False,
    "margin_account": False,
    "allow_options_strategies": False,
    "max_position_size_dollars": "2000.00",
    "max_daily_loss_dollars": "500.00",
}


def snapshot(**changes: Any) -> dict[str, Any]:
    """A run's snapshot in which only what a test sets limits anything: `profile={"max_open_positions": 2}`."""
    sections: dict[str, Any] = {
        "gates": OPEN_GATES,
        "profile": OPEN_PROFILE,
        "model": OPEN_MODEL,
        "rules": [],
    }
    for name, change in changes.items():
        is_section = isinstance(change, dict)
        sections[name] = {**sections[name], **change} if is_section else change
    return deepcopy(sections)


def usual_snapshot() -> dict[str, Any]:
    return deepcopy({"gates": GATE_THRESHOLDS, "profile": USUAL_PROFILE, "model": USUAL_MODEL, "rules": []})


def limits_with(**changes: Any) -> EffectiveLimits:
    return effective_limits(snapshot(**changes))


def door(*, symbols: Iterable[str] = SYMBOLS, venue: dict[str, Any] | None = None, **changes: Any) -> Approve:
    return make_approve(limits_with(**changes), frozenset(symbols), **(venue or {}))


def account_with(
    cash: str | int = 10_000,
    *,
    held: dict[str, int] | None = None,
    marks: dict[str, str | int] | None = None,
    is_margin: bool = False,
    initial_cash: str | int = 10_000,
    leverage: str | int = 2,
) -> Account:
    """An account at noon. Held lots were bought at their marks; every symbol stands at $100 unless told."""
    settings = ExecutionSettings(
        account_type=AccountType.MARGIN if is_margin else AccountType.CASH, leverage=Decimal(leverage)
    )
    account = start_account(Decimal(initial_cash), settings, NOON)
    account.cash = Decimal(cash)
    for symbol in SYMBOLS:
        account.marks[symbol] = Decimal((marks or {}).get(symbol, 100))
    for symbol, quantity in (held or {}).items():
        price = account.marks[symbol]
        lot = Lot(quantity, price, Decimal(0), NOON, 0, price, price)
        account.positions[symbol] = Position(symbol, quantity, [lot])
    account.day_open_equity = account.peak_equity = account.equity()
    return account


def work(
    account: Account,
    side: Side,
    quantity: int,
    *,
    symbol: str = "AAA",
    is_opening: bool = True,
    order_type: OrderType = OrderType.MARKET,
    limit_price: str | None = None,
    stop_price: str | None = None,
    status: OrderStatus = OrderStatus.WORKING,
) -> Order:
    """Put an order into the book as if it had been approved before."""
    order = Order(
        number=account.next_order_number,
        symbol=symbol,
        side=side,
        quantity=quantity,
        is_opening=is_opening,
        order_type=order_type,
        limit_price=None if limit_price is None else Decimal(limit_price),
        stop_price=None if stop_price is None else Decimal(stop_price),
        trail_amount=None,
        trail_percent=None,
        time_in_force=TimeInForce.DAY,
        expires_at=None,
        take_profit=None,
        stop_loss=None,
        replaces=None,
        tag="",
        status=status,
        decided_step=account.step,
        decided_at=account.now,
        active_from=account.now,
    )
    account.working[order.number] = order
    account.next_order_number += 1
    return order


def ask(action: Action, quantity: Any = None, symbol: str = "AAA", **fields: Any) -> OrderIntent:
    for name in ("limit_price", "stop_price", "take_profit", "stop_loss", "equity_percent"):
        if isinstance(fields.get(name), str):
            fields[name] = Decimal(fields[name])
    return OrderIntent(action, symbol, quantity, **fields)


def buy(quantity: Any = None, symbol: str = "AAA", **fields: Any) -> OrderIntent:
    return ask(Action.BUY, quantity, symbol, **fields)


def codes(approval: Approval) -> list[str]:
    return [verdict.code for verdict in approval.verdicts]


def rule_dict(**changes: Any) -> dict[str, Any]:
    """A rule as a snapshot keeps it; no kind of this name exists."""
    return {
        "name": "Odd",
        "kind": "no_such_kind",
        "category": "risk",
        "params": {},
        "verb": "reject_trade",
        "priority": 5,
        "version": 1,
        "applies_to_assets": ["equity"],
        "applies_to_symbols": None,
        "exclude_symbols": [],
        **changes,
    }
