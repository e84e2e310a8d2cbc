"""Under `quote_now` a minute without bar or quote is served by the latest of either, as long as it is fresh enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from trading.corporate_actions import Split
from trading.ledger import Account
from trading.observe import open_day
from trading.settings import MarketFill
from trading.tests.market import BARE, OPEN, Floor, bar, buy, dec, quote, sell
from trading.types import OrderIntent, Quote

QUICK = replace(BARE, market_fill=MarketFill.QUOTE_NOW, quote_max_age_seconds=120)
SPREAD = {"SPY": quote(99, 101)}


def filled_at(floor: Floor, intent: OrderIntent) -> Any:
    """The price at which the order fills in a minute that shows nothing, None if it does not."""
    floor.minute(None, intent)
    return floor.fills[-1][3] if floor.fills else None


@pytest.mark.parametrize(("intent", "price"), [(buy(1), 101), (sell(1), 99)])
def test_a_quote_later_than_the_last_trade_serves(intent: OrderIntent, price: int) -> None:
    floor = Floor(QUICK)
    floor.minute(bar(0, 100))
    floor.minute(None, quotes=SPREAD)
    assert filled_at(floor, intent) == price


def test_a_trade_later_than_the_last_quote_serves() -> None:
    floor = Floor(QUICK)
    floor.minute(None, quotes=SPREAD)
    floor.minute(bar(1, 100))
    assert filled_at(floor, buy(1)) == 100


def test_a_side_that_had_no_quote_is_served_by_the_trade() -> None:
    floor = Floor(QUICK)
    floor.minute(bar(0, 100))
    floor.minute(None, quotes={"SPY": Quote(*[None] * 4, *[dec(101)] * 4)})
    assert filled_at(floor, sell(1)) == 100


def test_what_is_too_old_serves_nobody() -> None:
    floor = Floor(QUICK)
    floor.minute(bar(0, 100), quotes=SPREAD)
    floor.minute(None)
    floor.minute(None)
    assert filled_at(floor, buy(1)) is None
    assert floor.minute(bar(4, 102), quotes={"SPY": quote(102, 103)}).fills[0].price == 103


def test_by_default_only_the_minute_itself_counts() -> None:
    floor = Floor(replace(QUICK, quote_max_age_seconds=None))
    floor.minute(bar(0, 100), quotes=SPREAD)
    assert filled_at(floor, buy(1)) is None
    assert floor.account.last_quotes == {}


def test_neither_a_night_nor_a_split_is_looked_across() -> None:
    night = Floor(replace(QUICK, quote_max_age_seconds=10**6))
    night.minute(bar(0, 100), quotes=SPREAD)
    night.account.now = OPEN + timedelta(days=1)
    open_day(night.account)
    assert filled_at(night, buy(1)) is None
    split = Floor(QUICK)
    split.minute(bar(0, 100), quotes=SPREAD)
    split.minute(None, buy(1), actions=[Split("SPY", dec(2))])
    assert split.fills == [(1, "buy", 1, 50)]


def test_a_resumed_account_remembers_it() -> None:
    floor = Floor(QUICK)
    floor.minute(bar(0, 100), quotes=SPREAD)
    floor.account = Account.from_json(floor.account.to_json())
    assert filled_at(floor, buy(1)) == 101
