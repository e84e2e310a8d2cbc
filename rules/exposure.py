"""What orders cost and open at worst, and what an account has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from rules.proposal import Proposal
from trading.ledger import Account
from trading.margin import account_rate
from trading.money import ZERO
from trading.orders import Order
from trading.settings import AccountType
from trading.types import OrderIntent, OrderType, Side

_BUYS_AT_MOST_AT_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})


def worst_price(order: OrderIntent | Order, side: Side, mark: Decimal) -> Decimal:
    """The most that a share bought by this order costs, or that a share sold short stands for.

    A buyer never pays more than the limit. A stop fills at its level or beyond; the mark stands in for what is unknown.
    """
    kind = order.order_type
    if kind is OrderType.MARKET:
        return mark
    if side is Side.BUY and kind in _BUYS_AT_MOST_AT_LIMIT and order.limit_price is not None:
        return order.limit_price
    worst = mark
    for price in (order.limit_price, order.stop_price):
        if price is not None and price > worst:
            worst = price
    if kind is OrderType.TRAILING_STOP and order.stop_price is None and side is Side.BUY:
        worst += order.trail_amount or mark * (order.trail_percent or ZERO) / 100
    return worst


class Reserved(NamedTuple):
    """What other opening orders may still do."""

    cost: Decimal = ZERO
    value: Decimal = ZERO
    same_way: Decimal = ZERO  # the part of `value` in the same symbol and direction


NOTHING = Reserved()


def reserved_by(orders: Sequence[Order], symbol: str, side: Side, marks: Mapping[str, Decimal]) -> Reserved:
    """Sum up what the opening ones among these working orders may take and open."""
    if not orders:
        return NOTHING
    cost = value = same_way = ZERO
    for order in orders:
        if not order.is_opening:
            continue
        mark = marks[order.symbol]
        price = worst_price(order, order.side, mark)
        size = order.remaining * max(price, mark)
        value += size
        if order.side is Side.BUY:
            cost += order.remaining * price
        if order.side is side and order.symbol == symbol:
            same_way += size
    return Reserved(cost, value, same_way)


def is_cash_account(account: Account) -> bool:
    return account.settings.account_type is AccountType.CASH


def cash_after(order: Proposal, account: Account) -> Decimal:
    """Cash when this order and all that work before it have filled; sales that still work are not counted on."""
    return account.cash - order.sizes.reserved_cost - order.sizes.cost


def free_margin_after(order: Proposal, account: Account) -> Decimal:
    """Equity that no position or working order ties up when this order has filled."""
    sizes = order.sizes
    held = account.long_value() + account.short_value() - sizes.freed_value
    return order.equity - (held + sizes.reserved_value + sizes.value) * account_rate(account)
