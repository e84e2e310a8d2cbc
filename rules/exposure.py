"""What orders cost and open at worst, and what an account has left."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from rules.proposal import Proposal
from trading.ledger import Account
from trading.margin import account_rate
from trading.money import ZERO
from trading.orders import Order
from trading.settings import AccountType
from trading.types import OrderIntent, OrderType, Side

_NO_WORSE_THAN_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})


def worst_price(order: OrderIntent | Order, side: Side, mark: Decimal) -> Decimal:
    """The most that a share bought by this order costs, or that a share sold short stands for.

    A buyer never pays more than the limit. A stop fills at its level or beyond; the mark stands in for what is unknown.
    """
    kind = order.order_type
    if kind is OrderType.MARKET:
        return mark
    if side is Side.BUY and kind in _NO_WORSE_THAN_LIMIT and order.limit_price is not None:
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


class Exposure(NamedTuple):
    """Dollars of positions when an order and all opening ones that work before it have filled."""

    same_way: Decimal  # in the order's direction
    other_way: Decimal  # held in the other direction
    other_way_working: Decimal  # that may or may not come to it

    @property
    def gross(self) -> Decimal:
        return self.same_way + self.other_way + self.other_way_working

    @property
    def net(self) -> Decimal:
        """By how much the order's direction outweighs what is surely held in the other."""
        return self.same_way - self.other_way


def exposure_after(order: Proposal, account: Account, counted: Container[str]) -> Exposure:
    """Add up the counted symbols and the order itself; what it closes on its way is gone by then."""
    same_way, other_way, working = order.sizes.value, -order.sizes.freed_value, ZERO
    for symbol in account.positions:
        if symbol in counted:
            value = order.side.sign * account.exposure(symbol)
            same_way += max(value, ZERO)
            other_way += max(-value, ZERO)
    for other in order.beside:
        if other.is_opening and other.symbol in counted:
            mark = account.marks[other.symbol]
            value = other.remaining * max(worst_price(other, other.side, mark), mark)
            if other.side is order.side:
                same_way += value
            else:
                working += value
    return Exposure(same_way, other_way, working)


def shares_after(order: Proposal, account: Account) -> int:
    """Shares of the position, in the order's direction, when it and those that work before it have filled."""
    alike = (o for o in order.beside if o.is_opening and o.symbol == order.symbol and o.side is order.side)
    held = max(order.side.sign * account.quantity(order.symbol), 0)
    return held + sum(other.remaining for other in alike) + order.quantity


def entry_price(order: Proposal) -> Decimal:
    """The worst price at which an order may enter: the most that a buyer pays, the least that a short sale brings."""
    intent, mark = order.intent, order.mark
    assert mark is not None, "only an order with a price is judged by its size"
    if order.side is Side.BUY:
        return worst_price(intent, order.side, mark)
    if intent.order_type in _NO_WORSE_THAN_LIMIT and intent.limit_price is not None:
        return intent.limit_price
    return mark if intent.stop_price is None else min(mark, intent.stop_price)


def likely_price(order: OrderIntent | Order, side: Side, mark: Decimal) -> Decimal:
    """The price at which an entry would fill if the next one to come were the mark or what the order waits for."""
    price, better, worse = mark, *((min, max) if side is Side.BUY else (max, min))
    if order.stop_price is not None and order.order_type in (OrderType.STOP, OrderType.STOP_LIMIT):
        price = worse(price, order.stop_price)
    return price if order.limit_price is None else better(price, order.limit_price)
