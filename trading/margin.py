"""What an account may still buy, and when it must sell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from trading.money import ZERO
from trading.orders import Order, OrderStatus
from trading.settings import AccountType

if TYPE_CHECKING:
    from trading.ledger import Account


def buying_power(account: Account) -> Decimal:
    """Dollars of new positions that the account may open now, working orders counted as if they had filled."""
    reserved = sum((_opening_value(account, order) for order in account.working.values()), ZERO)
    if account.settings.account_type is AccountType.CASH:
        return max(account.cash - reserved, ZERO)
    rate = initial_rate(account)
    used = (account.long_value() + account.short_value() + reserved) * rate
    return max((account.equity() - used) / rate, ZERO)


def initial_rate(account: Account) -> Decimal:
    """Share of a new position's value that must be the account's own money."""
    settings = account.settings
    if settings.daily_bars:
        return settings.initial_margin
    return min(settings.initial_margin, 1 / settings.leverage)


def _opening_value(account: Account, order: Order) -> Decimal:
    if not order.is_opening or order.status is OrderStatus.HELD:
        return ZERO
    price = order.limit_price or order.stop_price or account.marks.get(order.symbol, ZERO)
    return order.remaining * price
