"""Cash, lots and round trips, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.ledger import Account
from trading.observe import open_day
from trading.positions import RoundTrip
from trading.session import start_account
from trading.settings import FeeModel
from trading.tests.market import BARE, MINUTE, OPEN, Floor, bar, buy, dec, sell
from trading.types import Fill, OrderType, Side


def account(cash: Any = 10_000) -> Account:
    return start_account(dec(cash), BARE, OPEN)


def book(
    to: Account, quantity: int, price: Any, *, fee: Any = 0, step: int = 1, at: datetime = OPEN
) -> list[RoundTrip]:
    """Positive quantities are bought, negative ones sold."""
    side = Side.BUY if quantity > 0 else Side.SELL
    return to.apply(Fill(1, "SPY", side, abs(quantity), dec(price), dec(price), dec(fee), at, step))


def test_long_round_trip_pays_fees_on_both_sides() -> None:
    held = account()
    book(held, 10, 100, fee=1)
    assert (held.cash, held.quantity("SPY"), held.realised) == (8_999, 10, 0)
    (trip,) = book(held, -10, 103, fee=1, step=5, at=OPEN + MINUTE)
    assert (trip.pnl, trip.gross_pnl, trip.fees) == (28, 30, 2)
    assert (trip.direction, trip.entry_step, trip.exit_step, trip.exit_at) == ("long", 1, 5, OPEN + MINUTE)
    assert (held.cash, held.equity(), held.realised, held.fees_paid) == (10_028, 10_028, 28, 2)
    assert held.positions == {}


def test_short_round_trip_gains_when_the_price_falls() -> None:
    held = account()
    book(held, -10, 100, fee=1)
    assert (held.cash, held.equity(), held.short_value(), held.long_value()) == (10_999, 9_999, 1_000, 0)
    (trip,) = book(held, 10, 95, fee=1)
    assert (trip.direction, trip.pnl) == ("short", 48)
    assert held.equity() == 10_048


def test_lots_close_first_in_first_out() -> None:
    held = account()
    for price in (100, 101, 102):
        book(held, 10, price)
    trips = book(held, -15, 110)
    assert [(trip.quantity, trip.entry_price, trip.pnl) for trip in trips] == [(10, 100, 100), (5, 101, 45)]
    assert held.quantity("SPY") == 15
    assert held.positions["SPY"].average_price == (5 * dec(101) + 10 * dec(102)) / 15


def test_fill_through_zero_closes_and_opens() -> None:
    held = account()
    book(held, 10, 100, fee=1)
    (trip,) = book(held, -25, 104, fee=1)
    assert (trip.quantity, trip.pnl) == (10, 38)
    assert held.quantity("SPY") == -15
    (last,) = book(held, 15, 100, fee=1)
    assert (last.direction, last.pnl) == ("short", 59)
    assert held.cash == 10_000 + 38 + 59


def test_a_fee_is_never_divided_and_goes_to_the_first_trip_of_its_fill() -> None:
    held = account()
    book(held, 2000, "1.07", fee=1)
    fees = [trip.fees for price in ("1.08", "1.09") for trip in book(held, -1000, price, fee=1)]
    assert fees == [2, 1], "all in, scaled out"
    book(held, 1000, "1.08", fee=1)
    book(held, 1000, "1.07", fee=1)
    assert [trip.fees for trip in book(held, -2000, "1.09", fee=1)] == [2, 1], "scaled in, all out"


def test_excursions_count_prices_between_entry_and_exit_only() -> None:
    floor = Floor()
    floor.minute(bar(0, 100, 150, 50, 100), buy(10))
    floor.minute(bar(1, 100, 104, 97, 101))  # filled at the open: this bar's range was lived through
    floor.minute(bar(2, 101, 106, 99, 105), sell(10))
    (trip,) = floor.minute(bar(3, 105, 200, 10, 105)).round_trips  # sold at the open
    assert (trip.pnl, trip.mae, trip.mfe) == (50, -30, 60)


def test_excursions_of_a_short_are_the_other_way_round() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), sell(10))
    floor.minute(bar(1, 100, 104, 97, 101), buy(10))
    (trip,) = floor.minute(bar(2, 101)).round_trips
    assert (trip.pnl, trip.mae, trip.mfe) == (-10, -40, 30)


def test_order_minimum_is_charged_once_an_order_though_it_fills_in_parts() -> None:
    how = replace(BARE, fees=FeeModel.IB_EQUITY, volume_cap=dec("0.10"))
    floor = Floor(how)
    floor.minute(bar(0, 100), buy(300))
    floor.walk(bar(1, 100, volume=1000), bar(2, 100, volume=1000), bar(3, 100, volume=1000))
    fees = [fill.fee for result in floor.results for fill in result.fills]
    assert fees == [1, 0, dec("0.5")]  # max($1, 300 × $0.005) in all


def test_cash_account_notes_proceeds_until_they_settle() -> None:
    floor = Floor(cash=1_000)
    floor.minute(bar(0, 100), buy(10))
    floor.minute(bar(1, 100), sell(10))
    floor.minute(bar(2, 100))
    assert (floor.account.cash, floor.account.settled_cash()) == (1_000, 0)
    open_day(floor.account, OPEN + 24 * 60 * MINUTE)
    assert floor.account.settled_cash() == 1_000


def test_working_quantity_counts_a_pair_of_exits_once_and_held_exits_not_at_all() -> None:
    floor = Floor()
    limit: dict[str, Any] = {"order_type": OrderType.LIMIT, "limit_price": dec(90)}
    floor.minute(bar(0, 100), buy(10, stop_loss=dec(80), take_profit=dec(120)), buy(7, **limit))
    assert floor.account.working_quantity("SPY", Side.BUY) == 17
    assert floor.account.working_quantity("SPY", Side.SELL) == 0
    floor.minute(bar(1, 100))
    assert floor.account.working_quantity("SPY", Side.BUY) == 7
    assert floor.account.working_quantity("SPY", Side.SELL) == 10


def test_json_keeps_every_digit() -> None:
    held = start_account(Decimal("10000.10"), replace(BARE, tick_size=None), OPEN)
    book(held, 7, "144.781724170000013", fee="0.035")
    again = Account.from_json(held.to_json())
    assert again == held
    assert again.to_json() == held.to_json()
