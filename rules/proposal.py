"""An order as the gates see it: what is asked, where it would leave the account, and at which prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.ledger import Account
from trading.money import ZERO
from trading.orders import Order
from trading.types import OrderIntent, OrderType, Side

_BUY_AT_MOST_THE_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})


@dataclass(frozen=True, slots=True)
class Venue:
    """What the run's market offers. `next_trade_at` says when an order decided now can first trade: now in an open
    session, the next open between daily bars, None when nothing can trade any more."""

    known_symbols: frozenset[str]
    next_trade_at: Callable[[datetime], datetime | None]
    sectors: Mapping[str, str] = field(default_factory=dict)
    option_symbols: frozenset[str] = frozenset()


class Proposal(NamedTuple):
    """One opening or closing order, not yet judged. Sizes count the other working orders as if they had filled."""

    intent: OrderIntent
    venue: Venue
    symbol: str
    side: Side
    quantity: int
    is_opening: bool
    held: int  # signed, before this order; of a flip's opening part 0
    asked: int  # whole size of the intent that this is a part of
    ahead: int  # orders of the same intent that go before this one
    equity: Decimal
    mark: Decimal | None  # None: no bar has closed yet. What follows is then 0 and must not be looked at
    cost: Decimal  # dollars that it takes at worst
    reserved_cost: Decimal  # dollars that other opening orders may still take
    value: Decimal  # size of what it opens, at the worse of mark and order price
    reserved_value: Decimal  # size of what other opening orders may still open
    resulting_value: Decimal  # size of the whole position in its direction afterwards

    @property
    def asset(self) -> str:
        return "option" if self.symbol in self.venue.option_symbols else "equity"


def worst_price(order: OrderIntent | Order, side: Side, mark: Decimal) -> Decimal:
    """The most that a share bought by this order costs, or that a share sold short stands for.

    A buyer never pays more than the limit. A stop fills at its level or beyond; the mark stands in for what is unknown.
    """
    kind = order.order_type
    if kind is OrderType.MARKET:
        return mark
    if side is Side.BUY and kind in _BUY_AT_MOST_THE_LIMIT and order.limit_price is not None:
        return order.limit_price
    worst = mark
    for price in (order.limit_price, order.stop_price):
        if price is not None and price > worst:
            worst = price
    if kind is OrderType.TRAILING_STOP and order.stop_price is None and side is Side.BUY:
        worst += order.trail_amount or mark * (order.trail_percent or ZERO) / 100
    return worst


def others_working(account: Account, intent: OrderIntent) -> list[Order]:
    """The working orders beside this intent: all but the one that it replaces."""
    return [order for order in account.working.values() if order.number != intent.replaces]


class Reserved(NamedTuple):
    """What other opening orders may still do."""

    cost: Decimal = ZERO
    value: Decimal = ZERO
    same_way: Decimal = ZERO  # the part of `value` in the same symbol and direction


NOTHING_RESERVED = Reserved()


def reserved_by(orders: list[Order], symbol: str, side: Side, marks: Mapping[str, Decimal]) -> Reserved:
    """Sum up what the opening ones among these working orders may take and open."""
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
