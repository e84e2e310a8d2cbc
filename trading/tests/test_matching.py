"""Every order type against single bars. The expected prices follow from docs/fills.md by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from trading.settings import (
    LimitFill,
    MarketFill,
    SlippageModel,
    StopLimitFill,
    TouchedFill,
)
from trading.tests.market import BARE, Floor, bar, buy, dec, quote, sell
from trading.types import Bar, OrderIntent, OrderType, TimeInForce

LIMIT = {"order_type": OrderType.LIMIT}
STOP = {"order_type": OrderType.STOP}
STOP_LIMIT = {"order_type": OrderType.STOP_LIMIT}
TOUCHED = {"order_type": OrderType.LIMIT_IF_TOUCHED}


def limit(price: Any) -> dict[str, Any]:
    return {**LIMIT, "limit_price": dec(price)}


def stop(price: Any) -> dict[str, Any]:
    return {**STOP, "stop_price": dec(price)}


def stop_limit(stop_price: Any, limit_price: Any) -> dict[str, Any]:
    return {**STOP_LIMIT, "stop_price": dec(stop_price), "limit_price": dec(limit_price)}


def touched(trigger: Any, limit_price: Any) -> dict[str, Any]:
    return {**TOUCHED, "stop_price": dec(trigger), "limit_price": dec(limit_price)}


def price_in(intent: OrderIntent, shown: Bar, settings: Any = BARE) -> Decimal | None:
    """What the order fills at in the bar after the one it was decided on."""
    floor = Floor(settings)
    floor.minute(bar(0, 100), intent)
    floor.minute(shown)
    return floor.fills[0][3] if floor.fills else None


FALLING = bar(1, 100, 101, 97, 98)
RISING = bar(1, 100, 103, 99, 102)


@pytest.mark.parametrize(
    ("intent", "shown", "expected"),
    [
        pytest.param(buy(10), FALLING, 100, id="market buy at the open"),
        pytest.param(sell(10), FALLING, 100, id="market sell at the open"),
        pytest.param(buy(10, **limit(98.5)), FALLING, 98.5, id="limit buy is penetrated"),
        pytest.param(buy(10, **limit(97)), FALLING, None, id="limit buy is only touched"),
        pytest.param(buy(10, **limit(96)), FALLING, None, id="limit buy is not reached"),
        pytest.param(buy(10, **limit(100.5)), FALLING, 100, id="limit buy opens better"),
        pytest.param(buy(10, **limit(100)), FALLING, 100, id="limit buy opens at it and goes through"),
        pytest.param(sell(10, **limit(102.5)), RISING, 102.5, id="limit sell is penetrated"),
        pytest.param(sell(10, **limit(103)), RISING, None, id="limit sell is only touched"),
        pytest.param(sell(10, **limit(99)), RISING, 100, id="limit sell opens better"),
        pytest.param(buy(10, **stop(102)), RISING, 102, id="stop buy is reached"),
        pytest.param(buy(10, **stop(103)), RISING, 103, id="stop buy is touched"),
        pytest.param(buy(10, **stop(99.5)), RISING, 100, id="stop buy opens beyond"),
        pytest.param(buy(10, **stop(104)), RISING, None, id="stop buy is not reached"),
        pytest.param(sell(10, **stop(98)), FALLING, 98, id="stop sell is reached"),
        pytest.param(sell(10, **stop(100.5)), FALLING, 100, id="stop sell opens beyond"),
        pytest.param(
            buy(10, **stop_limit(101, 102.5)), RISING, 102.5, id="stop-limit buy, worst price it allows"
        ),
        pytest.param(buy(10, **stop_limit(101, 104)), RISING, 103, id="stop-limit buy, not above the high"),
        pytest.param(
            buy(10, **stop_limit(101, 101.5)), RISING, None, id="stop-limit buy closes above its limit"
        ),
        pytest.param(
            buy(10, **stop_limit(99.5, 100.5)), RISING, 100, id="stop-limit buy triggered by the open"
        ),
        pytest.param(
            sell(10, **stop_limit(99, 97.5)), FALLING, 97.5, id="stop-limit sell, worst price it allows"
        ),
        pytest.param(
            sell(10, **stop_limit(99, 98.5)), FALLING, None, id="stop-limit sell closes below its limit"
        ),
        pytest.param(buy(10, **touched(98.5, 97.5)), FALLING, 97.5, id="touched buy goes on to its limit"),
        pytest.param(
            buy(10, **touched(98.5, 99)), FALLING, 98.5, id="touched buy is marketable at the trigger"
        ),
        pytest.param(buy(10, **touched(98.5, 96)), FALLING, None, id="touched buy does not reach its limit"),
        pytest.param(sell(10, **touched(102, 102.5)), RISING, 102.5, id="touched sell goes on to its limit"),
        pytest.param(sell(10, **touched(99, 99.5)), RISING, 100, id="touched sell triggered by the open"),
        pytest.param(
            buy(10, order_type=OrderType.MARKET_ON_OPEN), RISING, None, id="on-open waits for an open"
        ),
        pytest.param(
            buy(10, order_type=OrderType.MARKET_ON_CLOSE), RISING, None, id="on-close waits for a close"
        ),
    ],
)
def test_order_fills_at(intent: OrderIntent, shown: Bar, expected: float | None) -> None:
    assert price_in(intent, shown) == (None if expected is None else dec(expected))


def test_limit_fills_on_touch_where_the_settings_say_so() -> None:
    touch = replace(BARE, limit_fill=LimitFill.TOUCH)
    assert price_in(buy(10, **limit(97)), FALLING, touch) == 97
    assert price_in(sell(10, **limit(103)), RISING, touch) == 103


def test_stop_limit_in_its_trigger_bar_follows_the_setting() -> None:
    intent = buy(10, **stop_limit(101, 102.5))
    assert price_in(intent, RISING, replace(BARE, stop_limit_fill=StopLimitFill.STOP)) == 101
    assert price_in(intent, RISING, replace(BARE, stop_limit_fill=StopLimitFill.NEXT_BAR)) is None


def test_triggered_stop_limit_is_a_limit_order_from_the_next_bar_on() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10, **stop_limit(101, 101.5)))
    floor.walk(bar(1, 102, 103, 101.8, 103), bar(2, 102, 102.5, 101.2, 102))
    assert floor.fills == [(1, "buy", 10, dec("101.50"))]


def test_trailing_stop_follows_the_high_and_never_goes_back() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    floor.minute(
        bar(1, 100, 101, 99.5, 100), sell(10, order_type=OrderType.TRAILING_STOP, trail_amount=dec(2))
    )
    assert floor.account.working[2].stop_price == 98  # from the mark at the decision
    floor.minute(bar(2, 101, 104, 100, 103))
    assert floor.account.working[2].stop_price == 102
    floor.minute(bar(3, 103, 103, 102.5, 102.5))
    assert floor.account.working[2].stop_price == 102
    floor.minute(bar(4, 102.5, 106, 101, 105))
    assert floor.fills[-1] == (2, "sell", 10, dec(102))


def test_trailing_stop_by_percent_protects_a_short() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), sell(10))
    cover = buy(10, order_type=OrderType.TRAILING_STOP, trail_percent=dec(5))
    floor.minute(bar(1, 100), cover)
    assert floor.account.working[2].stop_price == 105
    floor.minute(bar(2, 99, 99, 90, 91))
    assert floor.account.working[2].stop_price == dec("94.5")
    floor.minute(bar(3, 96, 97, 95, 96))
    assert floor.fills[-1] == (2, "buy", 10, dec(96))


def test_market_on_close_fills_at_the_close_of_the_session() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10, order_type=OrderType.MARKET_ON_CLOSE))
    floor.minute(bar(1, 101, 102, 100, 101.5))
    floor.minute(bar(2, 102, 103, 101, 102.75), is_last=True)
    assert floor.fills == [(1, "buy", 10, dec("102.75"))]


def test_slippage_and_the_tick_go_against_the_trader() -> None:
    slipping = replace(BARE, slippage=SlippageModel.BPS, slippage_bps=dec(1))
    assert price_in(buy(10), bar(1, "99.99"), slipping) == dec("100.00")  # 99.999 up to the tick
    assert price_in(sell(10), bar(1, "99.99"), slipping) == dec("99.98")  # 99.980001 down to the tick
    assert price_in(buy(10, **limit(100)), bar(1, "99.99"), slipping) == dec("100.00")
    assert price_in(buy(10, **limit("99.99")), bar(1, 100, 100, 99), slipping) == dec(
        "99.99"
    )  # never beyond its limit


def test_prices_below_a_dollar_have_a_finer_tick() -> None:
    slipping = replace(BARE, slippage=SlippageModel.BPS, slippage_bps=dec(10))
    assert price_in(buy(10), bar(1, "0.5"), slipping) == dec("0.5005")
    assert price_in(sell(10), bar(1, "0.0002"), slipping) == dec("0.0001")


def test_no_tick_leaves_prices_as_they_are() -> None:
    assert price_in(buy(10), bar(1, "144.78172417"), replace(BARE, tick_size=None)) == dec("144.78172417")


def test_volume_cap_fills_in_parts_shared_by_order_number() -> None:
    floor = Floor(replace(BARE, volume_cap=dec("0.10")))
    floor.minute(bar(0, 100), buy(120), buy(50))
    floor.minute(bar(1, 101, volume=1000))
    assert floor.fills == [(1, "buy", 100, dec(101))]
    assert floor.status(1) == "partially_filled"
    floor.minute(bar(2, 102, volume=355))
    assert floor.fills[1:] == [(1, "buy", 20, dec(102)), (2, "buy", 15, dec(102))]


def test_immediate_order_gives_up_what_does_not_fill_in_its_first_bar() -> None:
    floor = Floor(replace(BARE, volume_cap=dec("0.10")))
    floor.minute(
        bar(0, 100),
        buy(120, time_in_force=TimeInForce.IOC),
        buy(5, **limit(90), time_in_force=TimeInForce.IOC),
    )
    floor.minute(bar(1, 101, volume=1000))
    assert floor.fills == [(1, "buy", 100, dec(101))]
    assert (floor.status(1), floor.status(2)) == ("cancelled", "cancelled")


def test_a_missing_minute_fills_nothing_and_marks_carry_forward() -> None:
    floor = Floor()
    floor.minute(bar(0, 100), buy(10))
    floor.minute({"IBM": bar(1, 50)})
    assert floor.fills == []
    floor.minute(bar(2, 103))
    floor.minute({"IBM": bar(3, 51)})
    assert floor.fills == [(1, "buy", 10, dec(103))]
    assert floor.account.equity() == 100_000


def test_decision_delay_moves_the_fill_to_a_later_bar() -> None:
    assert price_in(buy(10), bar(1, 101), replace(BARE, decision_delay_seconds=1)) is None
    floor = Floor(replace(BARE, decision_delay_seconds=60))
    floor.minute(bar(0, 100), buy(10))
    floor.walk(bar(1, 101), bar(2, 102))
    assert floor.fills == [(1, "buy", 10, dec(102))]


class TestQuoteNow:
    settings = replace(BARE, market_fill=MarketFill.QUOTE_NOW)

    def test_market_order_takes_the_ask_and_gives_the_bid_of_the_bar_just_seen(self) -> None:
        floor = Floor(self.settings)
        floor.minute(bar(0, 100), buy(10), quotes={"SPY": quote("99.95", "100.05")})
        floor.minute(bar(1, 101), sell(10), quotes={"SPY": quote("100.90", "101.10")})
        assert floor.fills == [(1, "buy", 10, dec("100.05")), (2, "sell", 10, dec("100.90"))]

    def test_without_a_quote_the_trade_close_serves(self) -> None:
        floor = Floor(self.settings)
        floor.minute(bar(0, 100, 102, 99, 101), buy(10))
        assert floor.fills == [(1, "buy", 10, dec(101))]

    def test_an_order_for_a_symbol_without_a_fresh_bar_waits_for_one(self) -> None:
        floor = Floor(self.settings)
        floor.minute(bar(0, 100))
        floor.minute({"IBM": bar(1, 50)}, buy(10))
        assert floor.fills == []
        floor.minute(bar(2, 102, 104, 101, 103))
        assert floor.fills == [(1, "buy", 10, dec(103))]

    def test_an_older_trade_serves_as_long_as_the_settings_allow(self) -> None:
        floor = Floor(replace(self.settings, quote_max_age_seconds=60))
        floor.minute(bar(0, 100))
        floor.minute({"IBM": bar(1, 50)}, buy(10))
        assert floor.fills == [(1, "buy", 10, dec(100))]

    def test_touched_order_may_wait_for_the_quote(self) -> None:
        floor = Floor(replace(BARE, touched_fill=TouchedFill.QUOTES))
        floor.minute(bar(0, 102), buy(10, **touched(101, 100)))
        floor.minute(bar(1, 101, 101, 99, 100), quotes={"SPY": quote("100.40", "100.50")})
        assert floor.fills == []
        floor.minute(bar(2, 100), quotes={"SPY": quote("99.80", "99.90")})
        assert floor.fills == [(1, "buy", 10, dec("99.90"))]


def test_half_spread_costs_half_of_the_spread_at_the_open() -> None:
    floor = Floor(replace(BARE, slippage=SlippageModel.HALF_SPREAD, slippage_bps=dec(10)))
    floor.minute(bar(0, 100), buy(10))
    floor.minute(bar(1, 100), sell(10), quotes={"SPY": quote("99.90", "100.10")})
    floor.minute(bar(2, 100))  # no quote: 10 basis points
    assert [price for *_, price in floor.fills] == [dec("100.10"), dec("99.90")]


def test_volume_share_costs_by_the_square_of_the_share() -> None:
    how = replace(BARE, slippage=SlippageModel.VOLUME_SHARE, volume_cap=dec("0.10"), tick_size=None)
    # 100 of 1,000 shares: 100 × 0.1 × 0.1² = 0.1
    assert price_in(buy(100), bar(1, 100, volume=1000), how) == dec("100.1")
