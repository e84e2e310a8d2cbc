"""Whether an intent carries the prices that its order type needs, and no others."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from trading.types import OrderIntent, OrderType, TimeInForce

MOST_DOLLARS = 1_000_000_000  # a share; beyond it a number is a slip, and arithmetic would lose digits
_PRICES = ("limit_price", "stop_price", "trail_amount", "trail_percent")
_EXITS = ("take_profit", "stop_loss")
_NEEDED: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.MARKET_ON_OPEN: (),
    OrderType.MARKET_ON_CLOSE: (),
    OrderType.LIMIT: ("limit_price",),
    OrderType.STOP: ("stop_price",),
    OrderType.STOP_LIMIT: ("stop_price", "limit_price"),
    OrderType.LIMIT_IF_TOUCHED: ("stop_price", "limit_price"),
    OrderType.TRAILING_STOP: (),  # one of two, below; a stop price may say where it starts
}
_all_that_matters = attrgetter("order_type", "time_in_force", "expires_at", *_PRICES, *_EXITS)
_PLAIN_MARKET = (OrderType.MARKET, TimeInForce.DAY, None, None, None, None, None, None, None)


def price_problems(intent: OrderIntent, now: datetime) -> list[str]:
    """Say what is wrong with the prices and times of an intent, whatever the market does."""
    if _all_that_matters(intent) == _PLAIN_MARKET:
        return []
    problems = []
    trails = intent.order_type is OrderType.TRAILING_STOP
    needed = _NEEDED[intent.order_type]
    for name in _PRICES:
        price = getattr(intent, name)
        if price is None:
            if name in needed:
                problems.append(f"A {intent.order_type} order needs a {_words(name)}.")
        elif not _is_price(price):
            problems.append(
                f"The {_words(name)} should be above 0 and at most {MOST_DOLLARS:,}, was {price}."
            )
        elif name == "trail_percent" and price >= 100:
            problems.append(f"The trail percent should be below 100, was {price}.")
        elif name not in needed and not (trails and name != "limit_price"):
            problems.append(f"A {intent.order_type} order takes no {_words(name)}, found {price}.")
    if trails and (intent.trail_amount is None) == (intent.trail_percent is None):
        problems.append("A trailing stop needs either a trail amount or a trail percent.")
    for name in _EXITS:
        price = getattr(intent, name)
        if price is not None and not _is_price(price):
            problems.append(
                f"The {_words(name)} should be above 0 and at most {MOST_DOLLARS:,}, was {price}."
            )
    if intent.time_in_force is TimeInForce.GTD and (intent.expires_at is None or intent.expires_at <= now):
        found = "nothing" if intent.expires_at is None else intent.expires_at.isoformat()
        problems.append(f"A good-till-date order needs a date after {now.isoformat()}, found {found}.")
    elif intent.time_in_force is not TimeInForce.GTD and intent.expires_at is not None:
        found = intent.expires_at.isoformat()
        problems.append(
            f"Only a good-till-date order ends at a date; this one is {intent.time_in_force}, found {found}."
        )
    return problems


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 < price <= MOST_DOLLARS


def _words(name: str) -> str:
    return name.replace("_", " ")
