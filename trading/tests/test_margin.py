"""Buying power, loans of shares, margin calls and the day-trade rule, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from trading import margin
from trading.margin import DayTradePolicy, day_trade_policy
from trading.observe import open_day
from trading.oracle.desk import wave_through
from trading.session import start_account, step
from trading.settings import AccountType
from trading.tests.market import BARE, HOLD, MINUTE, OPEN, Floor, bar, buy, dec, sell
from trading.types import OrderType, Side

MARGIN = replace(BARE, account_type=AccountType.MARGIN)
DAY = 24 * 60


def test_cash_account_may_spend_its_cash_less_what_working_orders_take() -> None:
    floor = Floor(cash=10_000)
    floor.minute(bar(0, 100), buy(30, order_type=OrderType.LIMIT, limit_price=dec(90)))
    assert floor.account.buying_power() == 10_000 - 30 * 90


@pytest.mark.parametrize(
    ("leverage", "equity", "expected"),
    [
        (2, 30_000, 60_000),
        (4, 30_000, 120_000),
        (4, 24_999, 49_998),  # before 2026-06-04 four times takes $25,000
        (4, 25_000, 100_000),
        (1, 30_000, 60_000),  # never less than the initial margin allows
    ],
)
def test_buying_power_follows_leverage_and_the_rule_of_the_day(
    leverage: int, equity: int, expected: int
) -> None:
    account = Floor(replace(MARGIN, leverage=dec(leverage)), cash=equity).account
    assert account.buying_power() == expected


def test_daily_bars_are_held_overnight_at_twice_equity() -> None:
    account = Floor(replace(MARGIN, leverage=dec(4), daily_bars=True), cash=30_000).account
    assert account.buying_power() == 60_000


def test_positions_and_working_orders_use_up_buying_power() -> None:
    floor = Floor(MARGIN, cash=30_000)
    floor.minute(bar(0, 100), buy(200))
    floor.minute(bar(1, 100), buy(50, order_type=OrderType.LIMIT, limit_price=dec(90)))
    assert floor.account.buying_power() == 60_000 - 20_000 - 4_500
    assert margin.free_margin(floor.account) == 30_000 - (20_000 + 4_500) / 2


def test_short_proceeds_are_not_spendable() -> None:
    floor = Floor(MARGIN, cash=30_000)
    floor.minute(bar(0, 100), sell(100))
    floor.minute(bar(1, 100))
    assert floor.account.cash == 40_000
    assert floor.account.buying_power() == 60_000 - 10_000


def test_day_trade_policy_is_dated() -> None:
    assert day_trade_policy(date(2026, 6, 3)) is DayTradePolicy.PDT_LEGACY
    assert day_trade_policy(date(2026, 6, 4)) is DayTradePolicy.INTRADAY_MARGIN


def day_trade(floor: Floor, day: int) -> None:
    """Open a session, buy and sell in it."""
    open_day(floor.account, OPEN + timedelta(days=day))
    floor.minute(bar(day * DAY, 100), buy(1))
    floor.minute(bar(day * DAY + 1, 100), sell(1))
    floor.minute(bar(day * DAY + 2, 100), ends_session=True)


def test_small_margin_account_has_three_day_trades_in_five_sessions() -> None:
    floor = Floor(MARGIN, cash=20_000)
    left = []
    for day in range(1, 8):
        day_trade(floor, day)
        left.append(margin.day_trades_left(floor.account))
    assert left[:3] == [2, 1, 0]
    assert left[6] == 0


def test_an_order_that_fills_in_parts_is_one_day_trade() -> None:
    floor = Floor(replace(MARGIN, volume_cap=dec("0.1")), cash=20_000)
    floor.minute(bar(0, 100), buy(150))
    floor.minute(bar(1, 100, volume=1_500), sell(100))
    floor.minute(bar(2, 100, volume=500), sell(50))  # 50 of the first sale
    floor.minute(bar(3, 100, volume=700))  # its rest and 20 of the second
    floor.minute(bar(4, 100, volume=500))  # the rest of that
    assert floor.fills[1:] == [
        (2, "sell", 50, 100),
        (2, "sell", 50, 100),
        (3, "sell", 20, 100),
        (3, "sell", 30, 100),
    ]
    assert margin.day_trades_left(floor.account) == 1


def test_day_trades_of_older_sessions_no_longer_count() -> None:
    floor = Floor(MARGIN, cash=20_000)
    day_trade(floor, 1)
    for day in range(2, 7):
        open_day(floor.account, OPEN + timedelta(days=day))
    assert margin.day_trades_left(floor.account) == 3


@pytest.mark.parametrize(
    ("settings", "cash", "now"),
    [
        (BARE, 20_000, OPEN),
        (MARGIN, 25_000, OPEN),
        (MARGIN, 20_000, datetime(2026, 6, 4, 13, 30, tzinfo=UTC)),
    ],
)
def test_others_may_day_trade_as_they_like(settings: Any, cash: int, now: datetime) -> None:
    assert margin.day_trades_left(start_account(dec(cash), settings, now)) is None


def test_a_position_held_overnight_is_no_day_trade() -> None:
    floor = Floor(MARGIN, cash=20_000)
    floor.minute(bar(0, 100), buy(1))
    floor.minute(bar(1, 100), ends_session=True)
    open_day(floor.account, OPEN + timedelta(days=1))
    floor.minute(bar(DAY, 100), sell(1))
    floor.minute(bar(DAY + 1, 100))
    assert margin.day_trades_left(floor.account) == 3


def test_shorts_pay_for_the_loan_of_their_shares_by_the_day() -> None:
    floor = Floor(replace(MARGIN, borrow_rate=dec("0.036")))
    floor.minute(bar(0, 100), sell(100))
    floor.minute(bar(1, 100))
    open_day(floor.account, OPEN + timedelta(days=3))  # over a weekend
    assert floor.account.borrow_paid == 3  # $10,000 × 3.6 % × 3/360
    result = floor.minute(bar(3 * DAY, 100))
    assert [(notice.code, notice.amount) for notice in result.notices] == [("BORROW_FEE", -3)]
    assert floor.account.equity() == 99_997
    assert floor.account.day_open_equity == 99_997


class TestMarginCall:
    """$10,000 hold $39,000 of shares: below $38,666.67 they are worth less than 4/3 of what was borrowed."""

    settings = replace(MARGIN, leverage=dec(4))

    def loaded(self) -> Floor:
        floor = Floor(self.settings, cash=10_000)
        floor.minute({"SPY": bar(0, 100), "IBM": bar(0, 50)}, buy(200), buy(380, "IBM"))
        floor.minute({"SPY": bar(1, 100), "IBM": bar(1, 50)})
        return floor

    def test_first_a_warning_then_the_largest_loss_is_closed_until_cured(self) -> None:
        floor = self.loaded()
        # SPY −$200, IBM −$760: equity 9,040, requirement a quarter of 38,040 = 9,510, deficit 470.
        lower = {"SPY": bar(2, 99), "IBM": bar(2, 48)}
        warned = floor.minute(lower)
        assert [notice.code for notice in warned.notices] == ["MARGIN_CALL"]
        assert warned.notices[0].amount == -470
        assert (warned.forced, warned.orders) == ((), ())
        forced = floor.minute({"SPY": bar(3, 99), "IBM": bar(3, 48)})
        # One share of IBM releases 48 / 4 = 12 dollars: 40 shares cure 470.
        assert [(o.symbol, o.quantity, o.tag) for o in forced.orders] == [("IBM", 40, "margin_call")]
        cured = floor.minute({"SPY": bar(4, 99), "IBM": bar(4, 48)})
        assert [(fill.symbol, fill.side, fill.quantity) for fill in cured.fills] == [("IBM", Side.SELL, 40)]
        assert [notice.code for notice in cured.notices] == ["MARGIN_CURED"]

    def test_what_is_already_being_closed_counts(self) -> None:
        floor = self.loaded()
        lower = {"SPY": bar(2, 99), "IBM": bar(2, 48)}
        floor.minute(lower)
        floor.minute({"SPY": bar(3, 99)})  # IBM has no bar: its order waits
        result = floor.minute({"SPY": bar(4, 99)})
        assert result.forced == ()

    def test_one_position_may_not_be_enough(self) -> None:
        floor = self.loaded()
        floor.minute({"SPY": bar(2, 80), "IBM": bar(2, 45)})
        forced = floor.minute({"SPY": bar(3, 80), "IBM": bar(3, 45)})
        # Equity 10,000 − 4,000 − 1,900 = 4,100, requirement 33,100 / 4 = 8,275, deficit 4,175.
        # All of SPY releases 200 × 20 = 4,000; the other 175 take 16 shares of IBM at 11.25.
        assert [(o.symbol, o.quantity) for o in forced.orders] == [("SPY", 200), ("IBM", 16)]

    def test_rising_above_the_requirement_cures_without_orders(self) -> None:
        floor = self.loaded()
        floor.minute({"SPY": bar(2, 99), "IBM": bar(2, 48)})
        result = floor.minute({"SPY": bar(3, 101), "IBM": bar(3, 51)})
        assert ([notice.code for notice in result.notices], result.forced) == (["MARGIN_CURED"], ())

    def test_forced_closings_are_judged_like_any_order(self) -> None:
        floor = self.loaded()
        floor.minute({"SPY": bar(2, 99), "IBM": bar(2, 48)})
        asked = []

        def approve(intent: Any, account: Any) -> Any:
            asked.append(intent.tag)
            return wave_through(intent, account)

        bars = {"SPY": bar(3, 99), "IBM": bar(3, 48)}
        step(floor.account, bars, OPEN + 4 * MINUTE, lambda account: HOLD, approve)
        assert asked == ["margin_call"]


def test_cash_account_is_never_called() -> None:
    floor = Floor(cash=10_000)
    floor.minute(bar(0, 100), buy(100))
    floor.walk(bar(1, 100), bar(2, 10), bar(3, 1))
    assert all(not result.forced and not result.notices for result in floor.results)
    assert margin.maintenance_deficit(floor.account) == Decimal(0)
