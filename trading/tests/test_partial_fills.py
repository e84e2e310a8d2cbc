"""What becomes of the rest of an order for which a bar had not volume enough: a tenth of 1,000, bar by bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from trading.observe import open_day
from trading.tests.market import BARE, OPEN, Floor, bar, buy, dec, sell
from trading.types import Bar, OrderIntent, OrderType, TimeInForce

CAPPED = replace(BARE, volume_cap=dec("0.1"))
DAY = 24 * 60


def thin(minute: int, *prices: Any) -> Bar:
    return bar(minute, *prices)._replace(volume=1_000)


def of(kind: OrderType, **prices: Any) -> dict[str, Any]:
    return {"order_type": kind, **{name: dec(price) for name, price in prices.items()}}


STOP = of(OrderType.STOP, stop_price=97)
TRAILING = of(OrderType.TRAILING_STOP, trail_amount=3)
BARS = (
    # Reaches 97 and ends above it; opens at 99 and comes back; stays at 100.
    thin(2, 99, 99, 96, 98),
    thin(3, 99, 101, 98, 100),
    thin(4, 100),
)


@pytest.mark.parametrize(
    ("intent", "fills"),
    [
        (sell(300), [(100, 99), (100, 99), (100, 100)]),
        # A stop that was reached is a market order; what is left of it does not wait for the price to come back.
        (sell(300, **STOP), [(100, 97), (100, 99), (100, 100)]),
        (sell(300, **TRAILING), [(100, 97), (100, 99), (100, 100)]),
        (sell(300, **STOP, time_in_force=TimeInForce.IOC), [(100, 97)]),
        # Limits stay limits: 98.5 is passed in each bar, 100.5 in one.
        (sell(300, **of(OrderType.LIMIT, limit_price="98.5")), [(100, 99), (100, 99), (100, 100)]),
        (sell(300, **of(OrderType.LIMIT, limit_price="100.5")), [(100, "100.5")]),
        # Triggered at 97 and filled where the close allows; then a limit order, and both later opens are better.
        (
            sell(300, **of(OrderType.STOP_LIMIT, stop_price=97, limit_price="96.5")),
            [(100, "96.5"), (100, 99), (100, 100)],
        ),
        # Touched at 100.5, and a limit order of 100.5 from there on.
        (sell(300, **of(OrderType.LIMIT_IF_TOUCHED, stop_price="100.5", limit_price="100.5")), [(100, "100.5")]),
    ],
)  # fmt: skip
def test_the_rest_of_each_kind(intent: OrderIntent, fills: list[tuple[int, Any]]) -> None:
    floor = Floor(CAPPED)
    floor.minute(bar(0, 100), buy(300))
    floor.minute(bar(1, 100), intent)
    floor.walk(*BARS)
    assert [fill[2:] for fill in floor.fills[1:]] == [(quantity, dec(price)) for quantity, price in fills]


def test_a_bar_without_volume_triggers_a_stop_that_fills_in_the_next() -> None:
    floor = Floor(CAPPED)
    floor.minute(bar(0, 100), buy(100))
    floor.minute(bar(1, 100), sell(100, **STOP))
    floor.walk(bar(2, 96, volume=5), bar(3, 99))
    assert floor.fills[1:] == [(2, "sell", 100, dec(99))]


def test_a_triggered_stop_goes_before_the_target_of_its_bracket() -> None:
    floor = Floor(CAPPED)
    floor.minute(bar(0, 100), buy(300, stop_loss=dec(97), take_profit=dec(105)))
    floor.walk(bar(1, 100), thin(2, 99, 99, 96, 98), bar(3, 106))
    assert floor.fills[1:] == [(2, "sell", 100, dec(97)), (2, "sell", 200, dec(106))]
    assert floor.status(3) == "cancelled"


@pytest.mark.parametrize("tif", TimeInForce)
def test_the_rest_of_an_opening_auction_fills_at_the_opens_that_follow(tif: TimeInForce) -> None:
    floor = Floor(CAPPED)
    until = OPEN + timedelta(days=2) if tif is TimeInForce.GTD else None
    on_open = of(OrderType.MARKET_ON_OPEN)
    floor.minute(bar(0, 100), buy(150, **on_open, time_in_force=tif, expires_at=until))
    floor.minute(bar(1, 100), ends_session=True)
    open_day(floor.account, OPEN + timedelta(days=1))
    floor.walk(thin(DAY, 101), thin(DAY + 1, 102))
    rest = [] if tif is TimeInForce.IOC else [(1, "buy", 50, dec(102))]
    assert floor.fills == [(1, "buy", 100, dec(101)), *rest]


@pytest.mark.parametrize("tif", [TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC])
def test_the_rest_of_a_closing_auction_waits_for_the_next_or_ends(tif: TimeInForce) -> None:
    floor = Floor(CAPPED)
    floor.minute(bar(0, 100), buy(150, **of(OrderType.MARKET_ON_CLOSE), time_in_force=tif))
    floor.minute(thin(1, 100))
    floor.minute(thin(2, 100, 100, 99, 99), ends_session=True)
    open_day(floor.account, OPEN + timedelta(days=1))
    floor.minute(thin(DAY, 101), ends_session=True)
    rest = [(1, "buy", 50, dec(101))] if tif is TimeInForce.GTC else []
    assert floor.fills == [(1, "buy", 100, dec(99)), *rest]
    ends = {TimeInForce.DAY: "expired", TimeInForce.GTC: "filled", TimeInForce.IOC: "cancelled"}
    assert floor.status(1) == ends[tif]
