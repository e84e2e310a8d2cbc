"""What an order costs and how large it makes a position: each gate at, just under and just over its threshold.

The figures are worked out by hand.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.tests.world import account_with, ask, buy, codes, door, work
from trading.types import Action, OrderIntent, OrderType, Side

# What is not paid for leaves less than nothing, so not even a reserve of 0 % either.
NO_CASH = ["NEGATIVE_CASH", "CASH_RESERVE"]
NO_POWER = ["BUYING_POWER", "CASH_RESERVE"]


@pytest.mark.parametrize(
    ("cash", "denied"),
    [("10000.01", []), ("10000.00", []), ("9999.99", NO_CASH)],
)
def test_cash_has_to_cover_the_order(cash: str, denied: list[str]) -> None:
    assert codes(door()(buy(100), account_with(cash))) == denied


def test_cash_is_counted_after_the_orders_that_already_work() -> None:
    account = account_with(10_000)
    work(account, Side.BUY, 60, symbol="BBB")  # $6,000
    assert codes(door()(buy(40), account)) == []
    assert codes(door()(buy(41), account)) == NO_CASH


def test_a_limit_buy_costs_its_limit_and_not_more() -> None:
    account = account_with(9_000)
    approve = door()
    assert codes(approve(buy(100, order_type=OrderType.LIMIT, limit_price="90"), account)) == []
    assert codes(approve(buy(100, order_type=OrderType.LIMIT, limit_price="90.01"), account)) == NO_CASH


def test_a_buy_stop_costs_its_stop_at_least() -> None:
    account = account_with(11_000)
    approve = door()
    assert codes(approve(buy(100, order_type=OrderType.STOP, stop_price="110"), account)) == []
    assert codes(approve(buy(100, order_type=OrderType.STOP, stop_price="110.01"), account)) == NO_CASH


@pytest.mark.parametrize(
    ("shares", "denied"), [(199, []), (200, []), (201, NO_POWER)]
)  # $10,000 at 50 % initial margin buys $20,000
@pytest.mark.parametrize("action", [Action.BUY, Action.SHORT])
def test_buying_power_has_to_cover_an_order_on_margin(action: Action, shares: int, denied: list[str]) -> None:
    account = account_with(10_000, is_margin=True)
    assert codes(door()(ask(action, shares), account)) == denied


def test_buying_power_counts_positions_of_either_side_and_working_orders() -> None:
    account = account_with(
        10_000, held={"BBB": -50}, is_margin=True
    )  # equity 5,000: cash 10,000 less 5,000 short
    work(account, Side.BUY, 20, symbol="CCC")
    # 5,000 of equity carries 10,000; 5,000 is short, 2,000 works: 3,000 is left.
    assert codes(door()(buy(30), account)) == []
    assert codes(door()(buy(31), account)) == NO_POWER


@pytest.mark.parametrize(
    ("action", "held", "shares", "denied", "closed"),
    [
        (Action.SELL, 100, 99, [], 99),
        (Action.SELL, 100, 100, [], 100),
        (Action.SELL, 100, 101, ["OVERSELL"], 100),
        (Action.COVER, -100, 100, [], 100),
        (Action.COVER, -100, 101, ["OVERCOVER"], 100),
        (Action.CLOSE, 100, 101, ["OVERSELL"], 100),
        (Action.CLOSE, -100, 101, ["OVERCOVER"], 100),
        (Action.COVER, 0, 1, ["OVERCOVER"], None),
    ],
)
def test_nobody_closes_more_than_is_held(
    action: Action, held: int, shares: int, denied: list[str], closed: int | None
) -> None:
    account = account_with(100_000, held={"AAA": held} if held else {}, is_margin=held <= 0)
    approval = door(model={"allow_shorting": held <= 0})(ask(action, shares), account)
    assert [code for code in codes(approval) if code.startswith("OVER")] == denied
    assert [order.quantity for order in approval.orders] == ([closed] if closed else [])


@pytest.mark.parametrize(("shares", "denied"), [(49, []), (50, []), (51, ["POSITION_SIZE"])])
def test_position_size_in_percent_of_equity(shares: int, denied: list[str]) -> None:
    assert codes(door(gates={"max_position_percent": "50"})(buy(shares), account_with())) == denied


@pytest.mark.parametrize(("shares", "denied"), [(19, []), (20, []), (21, ["POSITION_DOLLARS"])])
def test_position_size_in_dollars(shares: int, denied: list[str]) -> None:
    assert codes(door(model={"max_position_size_dollars": "2000"})(buy(shares), account_with())) == denied


def test_position_size_adds_what_is_held_and_what_works() -> None:
    account = account_with(8_000, held={"AAA": 20})  # 20 % of 10,000
    work(account, Side.BUY, 10)
    approve = door(gates={"max_position_percent": "50"})
    assert codes(approve(buy(20), account)) == []
    assert codes(approve(buy(21), account)) == ["POSITION_SIZE"]


def test_position_size_binds_shorts_alike() -> None:
    account = account_with(12_000, held={"AAA": -20}, is_margin=True)  # equity 10,000
    approve = door(gates={"max_position_percent": "50"})
    assert codes(approve(ask(Action.SHORT, 30), account)) == []
    assert codes(approve(ask(Action.SHORT, 31), account)) == ["POSITION_SIZE"]


def test_exits_of_a_bracket_are_no_exposure() -> None:
    account = account_with(5_000, held={"AAA": 50})
    work(account, Side.SELL, 50, is_opening=False, order_type=OrderType.STOP, stop_price="90")
    assert codes(door(gates={"max_position_percent": "50"})(buy(1), account)) == ["POSITION_SIZE"]
    assert codes(door(gates={"max_position_percent": "51"})(buy(1), account)) == []


@pytest.mark.parametrize(("most", "denied"), [(3, []), (2, ["OPEN_POSITIONS"])])
def test_open_positions_count_what_is_held_and_on_its_way(most: int, denied: list[str]) -> None:
    account = account_with(held={"BBB": 1})
    work(account, Side.BUY, 1, symbol="CCC")
    assert codes(door(profile={"max_open_positions": most})(buy(1), account)) == denied


def test_adding_to_a_position_opens_no_further_one() -> None:
    account = account_with(held={"AAA": 1, "BBB": 1})
    assert codes(door(profile={"max_open_positions": 2})(buy(1), account)) == []


@pytest.mark.parametrize(("shares", "denied"), [(89, []), (90, []), (91, ["CASH_RESERVE"])])
def test_cash_reserve(shares: int, denied: list[str]) -> None:
    assert codes(door(gates={"min_cash_reserve_percent": "10"})(buy(shares), account_with())) == denied


@pytest.mark.parametrize(("shares", "denied"), [(179, []), (180, []), (181, ["CASH_RESERVE"])])
def test_on_margin_the_reserve_is_free_margin(shares: int, denied: list[str]) -> None:
    account = account_with(is_margin=True)  # 18,000 ties up 9,000 of 10,000
    assert codes(door(gates={"min_cash_reserve_percent": "10"})(buy(shares), account)) == denied


def test_verdicts_carry_limit_attempt_unit_symbol_and_source() -> None:
    account = account_with()
    (verdict,) = door(profile={"max_position_size_percent": "20"})(buy(30), account).verdicts
    assert verdict.code == "POSITION_SIZE"
    assert verdict.source == "profile"
    assert (verdict.limit, verdict.attempted, verdict.unit) == (Decimal(20), Decimal(30), "%")
    assert verdict.symbol == "AAA"
    assert verdict.message == "AAA would be 30.00 % of equity; the profile allows 20 %."


def test_an_account_without_equity_opens_nothing() -> None:
    account = account_with(1_000, held={"BBB": -20}, is_margin=True)  # equity −1,000
    intent = OrderIntent(Action.BUY, "AAA", 1)
    approval = door(gates={"max_position_percent": "50"})(intent, account)
    assert approval.orders == ()
    assert "POSITION_SIZE" in codes(approval)
