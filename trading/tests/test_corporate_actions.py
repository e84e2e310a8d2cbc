"""Splits, dividends and ticker changes between two bars, by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from trading.corporate_actions import CorporateAction, Dividend, Split, SymbolChange
from trading.settings import AccountType
from trading.tests.market import BARE, Floor, bar, buy, dec, sell
from trading.types import OrderType, TimeInForce

GTC = {"time_in_force": TimeInForce.GTC}
MARGIN = replace(BARE, account_type=AccountType.MARGIN)


def holding(quantity: int = 100, price: int = 700) -> Floor:
    floor = Floor(MARGIN)
    floor.minute(bar(0, price), buy(quantity) if quantity > 0 else sell(-quantity))
    floor.minute(bar(1, price))
    return floor


def test_split_rescales_position_lots_and_mark() -> None:
    floor = holding()
    result = floor.minute(bar(2, 101), actions=[Split("SPY", dec(7))])
    assert floor.account.quantity("SPY") == 700
    assert floor.account.positions["SPY"].average_price == 100
    assert result.equity == 100_000 + 700
    (notice,) = result.notices
    assert (notice.code, notice.message, notice.amount) == ("SPLIT", "SPY was split 7 for 1", 0)


def test_round_trip_across_a_split_is_in_new_shares() -> None:
    floor = holding()
    floor.minute(bar(2, 100), sell(700), actions=[Split("SPY", dec(7))])
    (trip,) = floor.minute(bar(3, 102)).round_trips
    assert (trip.quantity, trip.entry_price, trip.exit_price, trip.pnl) == (700, 100, 102, 1_400)


@pytest.mark.parametrize("quantity", [25, -25])
def test_fraction_of_a_reverse_split_is_settled_in_cash(quantity: int) -> None:
    floor = holding(quantity, 10)
    sign = 1 if quantity > 0 else -1
    before = floor.account.cash
    result = floor.minute(None, actions=[Split("SPY", dec("0.1"))])
    assert floor.account.quantity("SPY") == 2 * sign
    assert floor.account.cash - before == 50 * sign  # half a share at $100
    assert result.equity == 100_000
    assert result.notices[0].amount == 50 * sign


def test_position_too_small_for_one_new_share_becomes_cash() -> None:
    floor = holding(4, 10)
    result = floor.minute(None, actions=[Split("SPY", dec("0.1"))])
    assert floor.account.positions == {}
    assert (result.equity, result.cash) == (100_000, 100_000)


def test_several_lots_share_one_fraction() -> None:
    floor = Floor()
    floor.minute(bar(0, 10), buy(15))
    floor.minute(bar(1, 10), buy(15))
    floor.minute(bar(2, 10))
    floor.minute(None, actions=[Split("SPY", dec("0.1"))])
    assert [lot.quantity for lot in floor.account.positions["SPY"].lots] == [1, 2]


def test_split_rescales_working_orders() -> None:
    floor = holding()
    floor.minute(
        bar(2, 700),
        buy(
            10,
            order_type=OrderType.LIMIT,
            limit_price=dec(630),
            stop_loss=dec(560),
            take_profit=dec(770),
            **GTC,
        ),
        sell(100, order_type=OrderType.TRAILING_STOP, trail_amount=dec(35), **GTC),
    )
    result = floor.minute(bar(3, 100), actions=[Split("SPY", dec(7))])
    entry, stop, target, trailing = floor.account.working.values()
    assert (entry.quantity, entry.limit_price) == (70, 90)
    assert (stop.quantity, stop.stop_price) == (70, 80)
    assert (target.quantity, target.limit_price) == (70, 110)
    assert (trailing.quantity, trailing.trail_amount, trailing.stop_price) == (700, 5, 95)
    assert [order.number for order in result.orders] == [2, 3, 4, 5]


def test_order_that_a_split_leaves_no_whole_share_of_is_cancelled() -> None:
    floor = Floor()
    floor.minute(bar(0, 10), buy(9, order_type=OrderType.LIMIT, limit_price=dec(5), **GTC))
    floor.minute(None, actions=[Split("SPY", dec("0.1"))])
    assert floor.status(1) == "cancelled"
    assert not floor.account.working


def test_closing_orders_stay_within_a_position_that_lost_its_fraction() -> None:
    floor = holding(25, 10)
    floor.minute(bar(2, 10), sell(25, order_type=OrderType.STOP, stop_price=dec(5), **GTC))
    floor.minute(None, actions=[Split("SPY", dec("0.1"))])
    assert floor.account.working[2].quantity == 2


def test_dividend_is_received_on_longs_and_owed_on_shorts() -> None:
    for quantity in (100, -100):
        floor = holding(quantity, 100)
        cash = floor.account.cash
        result = floor.minute(None, actions=[Dividend("SPY", dec("0.5"))])
        amount = Decimal(quantity) / 2
        assert floor.account.cash - cash == floor.account.income == amount
        assert floor.account.marks["SPY"] == dec("99.5")  # the share goes ex
        assert result.equity == 100_000
        assert (result.notices[0].code, result.notices[0].amount) == ("DIVIDEND", amount)


def test_dividend_on_what_is_not_held_changes_nothing_but_the_mark() -> None:
    floor = Floor()
    floor.minute(bar(0, 100))
    result = floor.minute(None, actions=[Dividend("SPY", dec("0.5"))])
    assert (result.equity, result.notices) == (100_000, ())


def test_a_split_of_one_for_three_leaves_no_fraction_of_whole_lots() -> None:
    floor = holding(300, 10)
    result = floor.minute(None, actions=[Split("SPY", dec(1), dec(3))])
    assert floor.account.quantity("SPY") == 100
    assert floor.account.positions["SPY"].average_price == 30
    assert (result.equity, result.notices[0].amount) == (100_000, 0)
    assert result.notices[0].message == "SPY was split 1 for 3"


@pytest.mark.parametrize(("quantity", "new"), [(100, 600), (-100, -600), (0, 0)])
def test_the_notice_of_a_split_says_how_many_shares_came(quantity: int, new: int) -> None:
    floor = holding(quantity) if quantity else Floor(MARGIN)
    result = floor.minute(None, actions=[Split("SPY", dec(7))])
    assert result.notices[0].shares == new


def test_ticker_change_keeps_position_orders_and_marks_under_the_known_symbol() -> None:
    floor = holding(10, 100)
    floor.minute(bar(2, 100), sell(10, order_type=OrderType.LIMIT, limit_price=dec(110), **GTC))
    result = floor.minute(bar(3, 105, 111, 104, 108), actions=[SymbolChange("SPY", "NEW")])
    assert [(fill.symbol, fill.price) for fill in result.fills] == [("SPY", 110)]
    assert floor.account.equity() == 100_100
    (notice,) = result.notices
    assert (notice.code, notice.symbol) == ("SYMBOL_CHANGE", "SPY")
    assert notice.message == "SPY is traded as NEW from here on"


@pytest.mark.parametrize("action", [Split("SPY", dec(0)), Split("SPY", dec(-2)), Dividend("SPY", dec(0))])
def test_senseless_action_says_what_is_wanted(action: CorporateAction) -> None:
    with pytest.raises(ValueError, match="should be above 0"):
        holding().minute(None, actions=[action])


def test_prices_of_a_bracket_are_rounded_alike_on_the_entry_and_on_its_exits() -> None:
    floor = Floor(MARGIN)
    floor.minute(bar(0, 100), buy(9, order_type=OrderType.LIMIT, limit_price=dec(90), stop_loss=dec(80),
                                  take_profit=dec(110), **GTC))  # fmt: skip
    floor.minute(None, actions=[Split("SPY", dec(3))])
    entry, stop, target = (floor.account.working[number] for number in (1, 2, 3))
    # 80 / 3 = 26.666…: a sell stop never triggers early; 110 / 3 = 36.666…: a sell limit is never undercut.
    assert (stop.stop_price, target.limit_price) == (dec("26.66"), dec("36.67"))
    assert (entry.limit_price, entry.stop_loss, entry.take_profit) == (30, dec("26.66"), dec("36.67"))
