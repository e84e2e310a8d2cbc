"""Daily bars bring the corporate actions of their days along; quotes come on their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from core.errors import UserError
from market.calendar import session_bounds
from market.downloads.selectors import parts_of
from market.downloads.tests.world import LATER, MONDAY, TUESDAY, advance, started
from market.feeds.alpaca import AlpacaFeed
from market.feeds.keys import key_store
from market.feeds.tests.serving import days
from market.models import Bar, BarImport, CorporateAction, QuoteBar
from market.tests.vendor_server import Market, Trouble, vendor_server


@pytest.fixture
def alpaca(settings: Any, alice: User) -> Iterator[Market]:
    served = Market(now=lambda: LATER)
    served.add("SPY", days([b.open for day in (MONDAY, TUESDAY) if (b := session_bounds(day))]), "day")
    served.actions = {
        "cash_dividends": [{"symbol": "SPY", "rate": 0.82, "ex_date": "2013-10-08"}],
        "reverse_splits": [{"symbol": "SPY", "new_rate": 1, "old_rate": 10, "ex_date": "2013-10-07"}],
    }
    key_store(alice, AlpacaFeed, [uuid4().hex, "secret"])
    with vendor_server(served) as url:
        settings.FEEDS = {**settings.FEEDS, "urls": {"alpaca": url}}
        yield served


def test_splits_and_dividends_are_stored_with_the_days(alpaca: Market, alice: User) -> None:
    download = started(alice, feed="alpaca", timeframe="day", symbols=["SPY"])
    advance(download)
    assert (download.state, download.stored) == ("completed", 2)
    split = CorporateAction.objects.get(kind="split")
    assert (split.security, split.ex_date, split.shares_after, split.shares_before) == ("SPY", MONDAY, 1, 10)
    assert CorporateAction.objects.get(kind="dividend").amount == Decimal("0.82")
    assert set(BarImport.objects.values_list("kind", flat=True)) == {"bars", "actions"}


def test_minutes_bring_none(alpaca: Market, alice: User) -> None:
    advance(started(alice, feed="alpaca", symbols=["SPY"], first=date(2016, 1, 4), last=date(2016, 1, 5)))
    assert CorporateAction.objects.count() == 0


def test_bars_are_not_stored_where_their_actions_can_not_be_had(alpaca: Market, alice: User) -> None:
    """Prices that jump without the split that explains them would be traded on."""
    alpaca.troubles = [None, Trouble(status=500)]
    download = started(alice, feed="alpaca", timeframe="day", symbols=["SPY"])
    advance(download)
    assert (download.stored, download.failures) == (0, 1)
    assert BarImport.objects.count() == 0


def test_quotes_come_day_by_day_through_the_checks_of_quotes(alpaca: Market, alice: User) -> None:
    moments = [f"2013-10-07T13:{minute}:00Z" for minute in (30, 31)]
    alpaca.quotes = {"SPY": [{"t": moment, "bp": 100.0, "ap": 100.1} for moment in moments]}
    alpaca.quotes["SPY"].append({"t": "2013-10-07T13:32:00Z", "bp": 101.0, "ap": 100.0})
    download = started(alice, feed="alpaca", symbols=["SPY"], is_quotes=True, last=MONDAY)
    advance(download)
    assert (download.state, download.stored, download.refused) == ("completed", 2, 1), "one is crossed"
    assert QuoteBar.objects.filter(instrument__symbol="SPY", bid_size=None).count() == 2
    assert Bar.objects.count() == 0
    again = started(alice, feed="alpaca", symbols=["SPY"], last=MONDAY)
    assert len(parts_of(again, AlpacaFeed.about, LATER)) == 1, "bars are not brought by quotes"


def test_quotes_of_a_feed_without_any_are_refused(alice: User) -> None:
    with pytest.raises(UserError, match="no minute quote bars"):
        started(alice, feed="synthetic", symbols=["SYN-ALFA"], is_quotes=True)
