"""From what a decider asks to whole shares on one side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.exposure import worst_price
from rules.proposal import Unclear
from trading.ledger import Account
from trading.orders import Order, OrderStatus
from trading.types import Action, OrderIntent, OrderType, Side

MOST_SHARES = 1_000_000_000
_SIDES = {Action.BUY: Side.BUY, Action.COVER: Side.BUY, Action.SELL: Side.SELL, Action.SHORT: Side.SELL}


def side_of(action: Action, held: int) -> Side:
    """The side of an action; a close takes the one that flattens what is held."""
    if action is Action.CLOSE:
        return Side.BUY if held < 0 else Side.SELL
    return _SIDES[action]


def held_before(symbol: str, account: Account, beside: Sequence[Order]) -> int:
    """Signed shares held when another order can trade: market orders that are already closing count as done.

    So "close, then short" in one decision does both.
    """
    held = account.quantity(symbol)
    if not held or not beside:
        return held
    side = Side.SELL if held > 0 else Side.BUY
    closing = sum(
        order.remaining
        for order in beside
        if order.symbol == symbol
        and order.side is side
        and not order.is_opening
        and order.order_type is OrderType.MARKET
        and order.status is not OrderStatus.HELD
    )
    return held - min(closing, held) if held > 0 else held + min(closing, -held)


def whole_shares(intent: OrderIntent, account: Account, equity: Decimal, side: Side, closable: int) -> int:
    """The shares that an intent asks for; a percentage of equity is rounded down. Raises Unclear."""
    quantity, percent = intent.quantity, intent.equity_percent
    if intent.action is Action.CLOSE:
        if not closable:
            raise Unclear("NOTHING_TO_CLOSE", f"There is nothing of {intent.symbol} left to close.")
        if quantity is None and percent is None:
            return closable
    if (quantity is None) == (percent is None):
        found = "neither" if quantity is None else "both"
        raise Unclear("QUANTITY", f"Either a quantity or a percentage of equity is wanted, found {found}.")
    if quantity is not None:
        return _checked(quantity)
    assert percent is not None
    return _shares_worth(percent, intent, account, equity, side)


def _checked(quantity: Decimal | int) -> int:
    if type(quantity) is int and 0 < quantity <= MOST_SHARES:
        return quantity
    number = Decimal(quantity)
    if not number.is_finite() or not 0 < number <= MOST_SHARES:
        attempted = number if number.is_finite() else None
        message = f"Quantity should be above 0 and at most {MOST_SHARES:,}, was {quantity}."
        raise Unclear("QUANTITY", message, attempted)
    shares = int(number)
    if shares != number:
        raise Unclear("QUANTITY", f"Quantity should be whole shares, was {quantity}.", number)
    return shares


def _shares_worth(
    percent: Decimal, intent: OrderIntent, account: Account, equity: Decimal, side: Side
) -> int:
    if not (percent.is_finite() and 0 < percent <= 100):
        raise Unclear("QUANTITY", f"Percent of equity should be above 0 and at most 100, was {percent}.")
    mark = account.marks.get(intent.symbol)
    if mark is None:
        raise Unclear("QUANTITY", f"{percent} % of equity is no number of {intent.symbol} without a price.")
    price = max(worst_price(intent, side, mark), mark)
    shares = int(equity * percent / (100 * price)) if equity > 0 else 0
    if not shares:
        found = f"{percent} % of ${equity:,.2f} is not enough for one share at ${price:,.2f}."
        raise Unclear("QUANTITY", found)
    return shares
