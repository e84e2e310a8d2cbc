"""How long orders work: day, good till cancelled, good till date, at the open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from trading.observe import open_day
from trading.tests.market import BARE, MINUTE, OPEN, Floor, bar, buy, dec, sell
from trading.types import Bar, OrderType, TimeInForce

AWAY: dict[str, Any] = {"order_type": OrderType.LIMIT, "limit_price": dec(90)}
NEXT_DAY = 24 * 60  # minutes


def test_day_order_expires_with_its_session_and_the_others_do_not() -> None:
    floor = Floor()
    until = OPEN + timedelta(days=3)
    floor.minute(
        bar(0, 100),
        buy(1, **AWAY),
        buy(1, **AWAY, time_in_force=TimeInForce.GTC),
        buy(1, **AWAY, time_in_force=TimeInForce.GTD, expires_at=until),
    )
    result = floor.minute(bar(1, 100), ends_session=True)
    assert [floor.status(n) for n in (1, 2, 3)] == ["expired", "working", "working"]
    assert [(order.number, order.note) for order in result.orders] == [(1, "session ended")]


def test_order_decided_on_the_last_bar_of_a_session_is_for_the_next() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1), ends_session=True)
    open_day(floor.account)
    floor.minute(bar(NEXT_DAY, 105))
    assert floor.fills == [(1, "buy", 1, dec(105))]


def test_good_till_date_ends_at_its_time_and_never_fills_after() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1, **AWAY, time_in_force=TimeInForce.GTD, expires_at=OPEN + 2 * MINUTE))
    floor.minute(bar(1, 100))
    assert floor.status(1) == "expired"
    floor.minute(bar(2, 80))
    assert floor.fills == []


def test_nothing_works_after_the_last_bar() -> None:
    floor = Floor()
    result = floor.minute(bar(0, 100), buy(1), buy(1, **AWAY, time_in_force=TimeInForce.GTC), is_last=True)
    assert [(order.status.value, order.note) for order in result.orders] == [
        ("expired", "last bar of the run"),
        ("expired", "last bar of the run"),
    ]
    assert not floor.account.working


def test_market_on_open_waits_for_the_open_of_the_next_session() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(1, order_type=OrderType.MARKET_ON_OPEN))
    floor.minute(bar(1, 101), ends_session=True)
    assert floor.fills == []
    open_day(floor.account, OPEN + NEXT_DAY * MINUTE)
    floor.minute({"IBM": bar(NEXT_DAY, 50)})
    floor.minute(bar(NEXT_DAY + 1, 103, 104, 102, 102))  # its own first trade of the session
    assert floor.fills == [(1, "buy", 1, dec(103))]


def daily(day: int, open_: float, close: float) -> Bar:
    high, low = max(open_, close), min(open_, close)
    return Bar(OPEN + timedelta(days=day), dec(open_), dec(high), dec(low), dec(close), 10_000)


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        (OrderType.MARKET, 101),
        (OrderType.MARKET_ON_OPEN, 101),
        (OrderType.MARKET_ON_CLOSE, 103),
    ],
)
def test_in_daily_bars_each_bar_is_a_session(kind: OrderType, price: int) -> None:
    floor = Floor(replace(BARE, daily_bars=True))
    floor.minute(daily(0, 100, 102), buy(1, order_type=kind), buy(1, **AWAY))
    floor.minute(daily(1, 101, 103))
    assert floor.fills == [(1, "buy", 1, dec(price))]
    assert floor.status(2) == "expired"


def test_in_daily_bars_the_day_opens_with_the_equity_of_the_last_close() -> None:
    floor = Floor(replace(BARE, daily_bars=True))
    floor.minute(daily(0, 100, 100), buy(100))
    floor.minute(daily(1, 100, 110))
    floor.minute(daily(2, 120, 130))
    assert floor.account.day_open_equity == 101_000
    assert floor.account.equity() == 103_000


def test_a_calendar_week_opens_with_its_first_session_at_the_equity_before_it() -> None:
    # OPEN is a Monday; the Monday after is a holiday here, so the week opens on its Tuesday.
    floor = Floor(replace(BARE, daily_bars=True))
    floor.minute(daily(0, 100, 100), buy(100))
    floor.minute(daily(3, 100, 110))
    assert floor.account.week_open_equity == 100_000
    floor.minute(daily(4, 110, 120))
    assert floor.account.week_open_equity == 100_000
    floor.minute(daily(8, 90, 80))
    assert (floor.account.week_open_equity, floor.account.equity()) == (102_000, 98_000)
    floor.minute(daily(9, 80, 85))
    assert (floor.account.week_open_equity, floor.account.day_open_equity) == (102_000, 98_000)


def test_the_first_week_opens_with_the_run_even_in_the_middle_of_it() -> None:
    floor = Floor(replace(BARE, daily_bars=True))
    floor.minute(daily(2, 100, 100), buy(100))
    floor.minute(daily(3, 100, 90))
    assert floor.account.week_open_equity == 100_000


def test_weeks_are_told_apart_across_a_year() -> None:
    floor = Floor()
    floor.account.cash += 5
    a_year_later = OPEN + timedelta(days=364)  # a Monday, in the week of the same number
    open_day(floor.account, a_year_later)
    assert floor.account.week_open_equity == 100_005


def test_instrument_that_stops_trading_keeps_its_mark_and_its_orders_expire() -> None:
    floor = Floor()
    floor.minute({"SPY": bar(0, 100), "IBM": bar(0, 50)}, buy(10))
    floor.minute({"SPY": bar(1, 100), "IBM": bar(1, 50)})
    floor.minute({"SPY": bar(2, 99), "IBM": bar(2, 50)}, sell(10))
    floor.minute({"IBM": bar(3, 51)})
    result = floor.minute({"IBM": bar(4, 52)}, is_last=True)
    assert floor.status(2) == "expired"
    assert result.long_value == 990
    assert floor.account.quantity("SPY") == 10
