"""What an order has to be in itself: quantity, prices, bracket, and its place beside the orders that work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from rules.tests.world import NOON, account_with, ask, buy, codes, door, work
from trading.types import Action, OrderType, Side, TimeInForce


@pytest.mark.parametrize(
    ("quantity", "denied"),
    [
        (1, []),
        (Decimal(1), []),
        (0, ["QUANTITY"]),
        (-5, ["QUANTITY"]),
        (Decimal("1.5"), ["QUANTITY"]),
        (Decimal("NaN"), ["QUANTITY"]),
        (Decimal("Infinity"), ["QUANTITY"]),
        (Decimal("1E+1000000"), ["QUANTITY"]),
        (10**12, ["QUANTITY"]),
        (None, ["QUANTITY"]),
    ],
)
def test_quantity_is_a_whole_number_above_zero(quantity: Any, denied: list[str]) -> None:
    assert codes(door()(buy(quantity), account_with())) == denied


@pytest.mark.parametrize(
    ("percent", "denied", "shares"),
    [
        ("50", [], 50),
        ("100", [], 100),
        ("0.99", ["QUANTITY"], None),  # $99 buys no share at $100
        ("1", [], 1),
        ("0", ["QUANTITY"], None),
        ("-10", ["QUANTITY"], None),
        ("100.01", ["QUANTITY"], None),
        ("NaN", ["QUANTITY"], None),
    ],
)
def test_percent_of_equity_is_rounded_down_to_shares(
    percent: str, denied: list[str], shares: int | None
) -> None:
    approval = door()(buy(equity_percent=percent), account_with())
    assert codes(approval) == denied
    assert [order.quantity for order in approval.orders] == ([shares] if shares else [])


def test_a_quantity_and_a_percentage_are_one_too_many() -> None:
    assert codes(door()(buy(1, equity_percent="10"), account_with())) == ["QUANTITY"]


def test_a_close_of_nothing_says_so() -> None:
    assert codes(door()(ask(Action.CLOSE), account_with())) == ["NOTHING_TO_CLOSE"]


def test_without_a_price_an_opening_order_is_denied_and_says_so() -> None:
    account = account_with()
    del account.marks["AAA"]
    for intent in (buy(1), buy(equity_percent="10")):
        approval = door()(intent, account)
        assert approval.orders == ()
        assert "NO_PRICE" in codes(approval)


@pytest.mark.parametrize(
    ("limit", "denied"),
    [
        ("80", []),
        ("79.99", ["PRICE_DISTANCE"]),
        ("120", []),
        ("120.01", ["PRICE_DISTANCE"]),
    ],
)
@pytest.mark.parametrize("action", [Action.BUY, Action.SHORT])
def test_limit_price_within_a_fifth_of_the_last(action: Action, limit: str, denied: list[str]) -> None:
    intent = ask(action, 1, order_type=OrderType.LIMIT, limit_price=limit)
    approve = door(gates={"max_price_distance_percent": "20"})
    assert codes(approve(intent, account_with(is_margin=True))) == denied


@pytest.mark.parametrize(
    "fields",
    [
        {"order_type": OrderType.LIMIT},
        {"order_type": OrderType.LIMIT, "limit_price": "0"},
        {"order_type": OrderType.LIMIT, "limit_price": "-1"},
        {"order_type": OrderType.LIMIT, "limit_price": "NaN"},
        {"order_type": OrderType.LIMIT, "limit_price": "1E+900000"},
        {"order_type": OrderType.MARKET, "limit_price": "100"},
        {"order_type": OrderType.MARKET, "take_profit": "0"},
        {"order_type": OrderType.STOP},
        {"order_type": OrderType.STOP, "stop_price": "110", "limit_price": "110"},
        {"order_type": OrderType.STOP_LIMIT, "stop_price": "110"},
        {"order_type": OrderType.LIMIT_IF_TOUCHED, "limit_price": "90"},
        {"order_type": OrderType.TRAILING_STOP},
        {"order_type": OrderType.TRAILING_STOP, "trail_amount": Decimal(1), "trail_percent": Decimal(1)},
        {"order_type": OrderType.TRAILING_STOP, "trail_percent": Decimal(100)},
        {"time_in_force": TimeInForce.GTD},
        {"time_in_force": TimeInForce.GTD, "expires_at": NOON},
        {"time_in_force": TimeInForce.GTC, "expires_at": NOON + timedelta(minutes=1)},
    ],
)
@pytest.mark.parametrize(("action", "held"), [(Action.BUY, 0), (Action.SELL, 10)])
def test_an_order_carries_the_prices_of_its_type(fields: dict[str, Any], action: Action, held: int) -> None:
    account = account_with(held={"AAA": held} if held else {})
    for intent in (ask(action, 1, **fields), ask(action, equity_percent="5", **fields)):
        approval = door()(intent, account)
        assert set(codes(approval)) == {"INVALID_PRICE"}
        assert approval.orders == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"order_type": OrderType.LIMIT, "limit_price": "100"},
        {"order_type": OrderType.STOP, "stop_price": "110"},
        {"order_type": OrderType.STOP_LIMIT, "stop_price": "110", "limit_price": "111"},
        {"order_type": OrderType.LIMIT_IF_TOUCHED, "stop_price": "95", "limit_price": "95"},
        {"order_type": OrderType.TRAILING_STOP, "trail_amount": Decimal(1)},
        {"order_type": OrderType.TRAILING_STOP, "trail_percent": Decimal(1), "stop_price": "101"},
        {"order_type": OrderType.MARKET_ON_CLOSE},
        {"time_in_force": TimeInForce.GTD, "expires_at": NOON + timedelta(minutes=1)},
    ],
)
def test_a_well_formed_order_of_each_type_passes(fields: dict[str, Any]) -> None:
    intent = buy(1, **fields)
    (order,) = door()(intent, account_with()).orders
    assert [getattr(order, name) for name in fields] == [getattr(intent, name) for name in fields]


@pytest.mark.parametrize(
    ("action", "take_profit", "stop_loss", "denied"),
    [
        (Action.BUY, "100.01", "99.99", []),
        (Action.BUY, "100", "99.99", ["BRACKET"]),
        (Action.BUY, "99", "101", ["BRACKET", "BRACKET"]),
        (Action.SHORT, "99.99", "100.01", []),
        (Action.SHORT, "99.99", "100", ["BRACKET"]),
    ],
)
def test_a_bracket_s_exits_stand_on_their_sides(
    action: Action, take_profit: str, stop_loss: str, denied: list[str]
) -> None:
    intent = ask(action, 1, take_profit=take_profit, stop_loss=stop_loss)
    assert codes(door()(intent, account_with(is_margin=True))) == denied


def test_a_duplicate_of_a_working_order() -> None:
    account = account_with()
    limit: dict[str, Any] = {"order_type": OrderType.LIMIT, "limit_price": "99"}
    first = work(account, Side.BUY, 10, **limit)
    approve = door()
    assert codes(approve(buy(10, **limit), account)) == ["DUPLICATE_ORDER"]
    assert codes(approve(buy(11, **limit), account)) == []
    assert codes(approve(buy(10, order_type=OrderType.LIMIT, limit_price="99.01"), account)) == []
    assert codes(approve(buy(10), account)) == []
    assert codes(approve(buy(10, "BBB", **limit), account)) == []
    assert codes(approve(buy(10, replaces=first.number, **limit), account)) == []


def test_a_replacement_is_of_the_same_kind() -> None:
    account = account_with(held={"AAA": 10})
    stop = work(account, Side.SELL, 10, is_opening=False, order_type=OrderType.STOP, stop_price="90")
    higher: dict[str, Any] = {"order_type": OrderType.STOP, "stop_price": "95", "replaces": stop.number}
    approve = door()
    assert codes(approve(ask(Action.SELL, 10, **higher), account)) == []
    assert codes(approve(buy(10, replaces=stop.number), account)) == ["REPLACEMENT"]
    assert codes(approve(buy(10, replaces=99), account)) == ["REPLACEMENT"]


def test_a_replaced_order_makes_room_for_the_one_that_takes_its_place() -> None:
    account = account_with()
    first = work(account, Side.BUY, 50, order_type=OrderType.LIMIT, limit_price="99")
    approve = door(gates={"max_position_percent": "50"})
    assert codes(approve(buy(50, replaces=first.number), account)) == []
    assert codes(approve(buy(50), account)) == ["POSITION_SIZE"]
