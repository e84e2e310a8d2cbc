"""From the words of an outside order to what a desk is to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trading.money import to_decimal
from trading.oracle.hours import NEW_YORK, closes_at
from trading.oracle.results import NotSupported
from trading.types import Action, OrderIntent, OrderType, Side, TimeInForce

# What is read of an order, here and beside it; anything else is named in the report.
ORDER_FIELDS = frozenset(
    {
        "type", "symbol", "side", "quantity", "submitted", "evaluated_at", "extended_hours", "slippage", "legs", "entry",
        "limit_price", "stop_price", "trigger_price", "initial_stop", "trail_amount", "trail_percent",
        "stop_loss", "take_profit", "time_in_force", "expires", "expires_at",
    }
)  # fmt: skip
_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,
    "market_on_open": OrderType.MARKET_ON_OPEN,
    "market_on_close": OrderType.MARKET_ON_CLOSE,
    "limit_if_touched": OrderType.LIMIT_IF_TOUCHED,
}
_WANTED = {
    "limit": (("limit_price",),),
    "stop": (("stop_price",),),
    "stop_limit": (("stop_price",), ("limit_price",)),
    "trailing_stop": (("trail_amount", "trail_percent"),),
    "limit_if_touched": (("stop_price",), ("limit_price",)),
}


def intents_of(order: Mapping[str, Any], symbol: str) -> Iterator[OrderIntent]:
    """What a desk is to send for the order of a case. Raises NotSupported for what no desk here sends."""
    kind = order["type"]
    if kind == "combo_market":
        for leg in order["legs"]:
            yield OrderIntent(_action(order["side"]), leg["symbol"], _quantity(leg))
    elif kind == "bracket":
        yield _bracket(order, symbol)
    elif kind in _TYPES:
        yield OrderIntent(
            _action(order["side"]),
            symbol,
            _quantity(order),
            order_type=_TYPES[kind],
            **_prices(order, kind),
            **_lifetime(order),
        )
    else:
        raise NotSupported(f"order type {kind}")


def _lifetime(order: Mapping[str, Any]) -> dict[str, Any]:
    """How long the order works: until cancelled, unless the case says otherwise."""
    named = str(order.get("time_in_force", "gtc")).lower()
    if named not in set(TimeInForce):
        raise NotSupported(f"time in force {named}")
    until = order.get("expires_at", order.get("expires"))
    return {"time_in_force": TimeInForce(named), "expires_at": None if until is None else _until(until)}


def _bracket(order: Mapping[str, Any], symbol: str) -> OrderIntent:
    stop, target = _price(order, "stop_loss"), _price(order, "take_profit")
    entry, quantity = order["entry"], _quantity(order)
    if stop is None and target is None:
        raise ValueError("a bracket should have a stop_loss or take_profit")
    if entry.startswith("held"):
        side = _action(Side(order["side"]).opposite)
        only = OrderIntent(side, symbol, quantity, **_lifetime(order))
        if stop is None:
            return only._replace(order_type=OrderType.LIMIT, limit_price=target)
        return only._replace(order_type=OrderType.STOP, stop_price=stop, take_profit=target)
    if entry not in _TYPES:
        raise NotSupported(f"bracket entry {entry}")
    return OrderIntent(
        _action(order["side"]),
        symbol,
        quantity,
        order_type=_TYPES[entry],
        **_prices(order, entry),
        stop_loss=stop,
        take_profit=target,
        **_lifetime(order),
    )


def _until(text: str) -> datetime:
    """A day lasts to its close."""
    return when(text) if "T" in text else closes_at(date.fromisoformat(text))


def when(text: str) -> datetime:
    """A wall-clock time of New York, as cases state them."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def _quantity(order: Mapping[str, Any]) -> int:
    quantity = order["quantity"]
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or quantity <= 0 or quantity % 1:
        raise ValueError(f"quantity should be a whole number above 0, was {quantity!r}")
    return int(quantity)


def _prices(order: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The prices of an order. Raises ValueError for one that it cannot do without."""
    found = {
        "limit_price": _price(order, "limit_price"),
        "stop_price": _price(order, "stop_price", "trigger_price", "initial_stop"),
        "trail_amount": _price(order, "trail_amount"),
        "trail_percent": _price(order, "trail_percent"),
    }
    for wanted in _WANTED.get(kind, ()):
        if all(found[name] is None for name in wanted):
            raise ValueError(f"a {kind} order should have a {' or '.join(wanted)}")
    return found


def _price(order: Mapping[str, Any], *names: str) -> Decimal | None:
    return next((to_decimal(order[name]) for name in names if order.get(name) is not None), None)


def _action(side: str) -> Action:
    return Action(Side(side))
