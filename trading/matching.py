"""Whether an order fills in a bar, and at which reference price. Slippage, ticks and quantities come later.

Every rule here reads one bar that began after the order was decided. Of the four prices only the open has a known
place in time; where the order of high and low would matter, the answer is the one that is worse for the trader.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from trading.orders import Order
from trading.settings import ExecutionSettings, LimitFill, MarketFill, StopLimitFill, TouchedFill
from trading.types import Bar, OrderType, Quote, Side, new


class Hit(NamedTuple):
    """A price at which an order trades in a bar."""

    price: Decimal
    at_open: bool = False
    at_close: bool = False
    is_quote: bool = False  # bid or ask: the spread is already paid


class Scene(Protocol):
    """What a rule may know beside the bar: the conventions, and where in its session the bar stands."""

    @property
    def settings(self) -> ExecutionSettings: ...
    @property
    def session_opened_at(self) -> datetime: ...
    @property
    def ends_session(self) -> bool: ...


_Rule = Callable[[Order, Bar, Quote | None, Scene], Hit | None]


def find_hit(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    """Match one working order against one bar. Remembers triggers and moves trailing stops on the order itself."""
    return _RULES[order.order_type](order, bar, quote, scene)


def rest_of_bar(order: Order, hit: Hit, bar: Bar) -> Bar | None:
    """The part of the bar that must have come after the fill, as a bar; None if the bar was over.

    After a fill at the open that is all of it. A limit order meets everything beyond its limit later than the limit,
    a stop everything beyond its stop; of the other side of the bar, and of a stop-limit, only the close is certain.
    """
    if hit.at_close:
        return None
    if hit.at_open:
        return bar
    high, low = max(hit.price, bar.close), min(hit.price, bar.close)
    if order.order_type is not OrderType.STOP_LIMIT:
        was_stop = order.order_type in (OrderType.STOP, OrderType.TRAILING_STOP)
        if (order.side is Side.BUY) is was_stop:
            high = bar.high
        else:
            low = bar.low
    return Bar(bar.start, hit.price, high, low, bar.close, bar.volume)


def _market(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    if scene.settings.market_fill is MarketFill.QUOTE_NOW:
        return quote_hit(order.side, bar, quote)
    return new(Hit, (bar.open, True, False, False))


def quote_hit(side: Side, bar: Bar, quote: Quote | None) -> Hit:
    """The ask close for a buyer, the bid close for a seller; the trade close where that side has no quote."""
    price = None if quote is None else (quote.ask_close if side is Side.BUY else quote.bid_close)
    return Hit(bar.close, at_close=True) if price is None else Hit(price, at_close=True, is_quote=True)


def _market_on_open(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    if order.active_from <= scene.session_opened_at <= bar.start:
        return Hit(bar.open, at_open=True)
    return None


def _market_on_close(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    return Hit(bar.close, at_close=True) if scene.ends_session else None  # the closing auction is a trade


def _limit(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    assert order.limit_price is not None
    return _limit_in(order.side, order.limit_price, bar, scene.settings)


def _limit_in(side: Side, limit: Decimal, bar: Bar, settings: ExecutionSettings) -> Hit | None:
    touch = settings.limit_fill is LimitFill.TOUCH
    if side is Side.BUY:
        if bar.open < limit or (touch and bar.open == limit):
            return Hit(bar.open, at_open=True)
        reached = bar.low <= limit if touch else bar.low < limit
    else:
        if bar.open > limit or (touch and bar.open == limit):
            return Hit(bar.open, at_open=True)
        reached = bar.high >= limit if touch else bar.high > limit
    return Hit(limit) if reached else None


def _stop(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    assert order.stop_price is not None
    if order.is_triggered:  # what volume left of it is a market order
        return Hit(bar.open, at_open=True)
    hit = _stop_in(order.side, order.stop_price, bar)
    order.is_triggered = hit is not None
    return hit


def _stop_in(side: Side, stop: Decimal, bar: Bar) -> Hit | None:
    if side is Side.BUY:
        if bar.open >= stop:
            return Hit(bar.open, at_open=True)
        return Hit(stop) if bar.high >= stop else None
    if bar.open <= stop:
        return Hit(bar.open, at_open=True)
    return Hit(stop) if bar.low <= stop else None


def _trailing_stop(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    # Test first, trail afterwards: the bar does not say whether its high came before its low.
    hit = _stop(order, bar, quote, scene)
    if hit is None:
        trail(order, bar.low if order.side is Side.BUY else bar.high)
    return hit


def trail(order: Order, price: Decimal) -> None:
    """Draw a trailing stop up behind `price` (down for a buy stop); it never moves back."""
    if order.trail_amount is not None:
        distance = order.trail_amount
    else:
        assert order.trail_percent is not None
        distance = price * order.trail_percent / 100
    level = price + order.side.sign * distance
    if order.stop_price is None or (level - order.stop_price) * order.side.sign < 0:
        order.stop_price = level


def _stop_limit(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    if order.is_triggered:
        return _limit(order, bar, quote, scene)
    trigger = _stop(order, bar, quote, scene)
    if trigger is None:
        return None
    if scene.settings.stop_limit_fill is StopLimitFill.NEXT_BAR:
        return None
    if trigger.at_open:
        return _limit(order, bar, quote, scene)
    assert order.limit_price is not None
    assert order.stop_price is not None
    limit, is_buy = order.limit_price, order.side is Side.BUY
    if scene.settings.stop_limit_fill is StopLimitFill.STOP:
        inside = order.stop_price <= limit if is_buy else order.stop_price >= limit
        return Hit(order.stop_price) if inside else None
    if is_buy:
        return Hit(min(bar.high, limit)) if bar.close < limit else None
    return Hit(max(bar.low, limit)) if bar.close > limit else None


def _limit_if_touched(order: Order, bar: Bar, quote: Quote | None, scene: Scene) -> Hit | None:
    assert order.limit_price is not None
    assert order.stop_price is not None
    if scene.settings.touched_fill is TouchedFill.QUOTES:
        return _touched_then_quoted(order, bar, quote)
    if order.is_triggered:
        return _limit(order, bar, quote, scene)
    # A touch is the mirror of a stop: a buyer waits for the price to fall to the trigger.
    touch = _stop_in(order.side.opposite, order.stop_price, bar)
    if touch is None:
        return None
    order.is_triggered = True
    if touch.at_open:
        return _limit(order, bar, quote, scene)
    beyond = (order.limit_price - order.stop_price) * order.side.sign
    return Hit(order.stop_price) if beyond >= 0 else _limit(order, bar, quote, scene)


def _touched_then_quoted(order: Order, bar: Bar, quote: Quote | None) -> Hit | None:
    assert order.limit_price is not None
    assert order.stop_price is not None
    if not order.is_triggered and bar.volume:
        order.is_triggered = _stop_in(order.side.opposite, order.stop_price, bar) is not None
    quoted = quote_hit(order.side, bar, quote)
    inside = (order.limit_price - quoted.price) * order.side.sign >= 0
    return quoted if order.is_triggered and quoted.is_quote and inside else None


_RULES: dict[OrderType, _Rule] = {
    OrderType.MARKET: _market,
    OrderType.LIMIT: _limit,
    OrderType.STOP: _stop,
    OrderType.STOP_LIMIT: _stop_limit,
    OrderType.TRAILING_STOP: _trailing_stop,
    OrderType.MARKET_ON_OPEN: _market_on_open,
    OrderType.MARKET_ON_CLOSE: _market_on_close,
    OrderType.LIMIT_IF_TOUCHED: _limit_if_touched,
}
