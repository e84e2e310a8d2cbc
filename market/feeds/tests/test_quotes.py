"""Quotes of a vendor, folded into quote bars of a minute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from market.columns import Timeframe
from market.feeds import FeedDown, FeedRequest
from market.feeds.tests.serving import AFTERWARDS, DAY, feed_at, later
from market.tests.vendor_server import Market, Trouble

ASKED = FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY, is_quotes=True)


def quote(second: str, bid: Any, ask: Any) -> dict[str, Any]:
    """A quote of 13:30 UTC, nanoseconds and all."""
    return {"t": f"2013-10-07T13:{second}.123456789Z", "bp": bid, "bs": 2, "ap": ask, "as": 3}


def market_of(*quotes: dict[str, Any], **more: Any) -> Market:
    return Market(now=lambda: AFTERWARDS, quotes={"SPY": list(quotes)}, **more)


def test_each_minute_has_its_first_highest_lowest_and_last_prices_over_all_pages() -> None:
    market = market_of(
        quote("30:00", 100.0, 100.2),
        quote("30:10", 100.1, 100.3),
        quote("30:20", 99.9, 100.0),
        quote("30:59", 100.05, 100.15),
        quote("32:00", 101.0, 101.1),
        page_rows=2,
    )
    seen: list[int] = []
    with feed_at("alpaca", market) as feed:
        (page,) = feed.fetch(ASKED, on_page=seen.append)
    assert page.bars.start.tolist() == [int(later(place).timestamp()) for place in (0, 2)]
    first = [float(column[0]) for column in page.bars[1:]]
    assert first[:4] == [100.0, 100.1, 99.9, 100.05]
    assert first[5:9] == [100.2, 100.3, 100.0, 100.15]
    assert np.isnan([first[4], first[9]]).all(), "sizes come in lots, and lots differ"
    assert seen == [2, 2, 1]
    assert [asked.params["feed"] for asked in market.asked] == ["sip"] * 3


def test_a_side_without_a_price_is_absent() -> None:
    market = market_of(quote("30:00", 0, 100.2), quote("31:00", 0, 0), quote("32:00", 100, 100.1))
    with feed_at("alpaca", market) as feed:
        (page,) = feed.fetch(ASKED)
    assert page.bars.start.tolist() == [int(later(place).timestamp()) for place in (0, 2)]
    assert np.isnan(page.bars.bid_open[0])
    assert page.bars.ask_open[0] == 100.2


def test_a_quote_that_can_not_be_read_is_told() -> None:
    market = market_of(quote("30:00", "x", 100.2), quote("30:01", 100.0, 100.1))
    with feed_at("alpaca", market) as feed:
        (page,) = feed.fetch(ASKED)
    assert [problem.code for problem in page.problems] == ["not_a_number"]
    assert page.bars.bid_open.tolist() == [100.0]


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    market = market_of(
        quote("30:00", 1, 2), quote("30:01", 1, 2), page_rows=1, troubles=[None, Trouble(is_cut=True)]
    )
    with feed_at("alpaca", market) as feed, pytest.raises(FeedDown):
        list(feed.fetch(ASKED))
