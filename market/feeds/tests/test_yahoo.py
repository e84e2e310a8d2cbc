"""Yahoo through yfinance: splits undone, refusals, broken answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from market.columns import Timeframe
from market.feeds import FeedDown, FeedLimited, FeedRefused, FeedRequest
from market.feeds.tests.serving import AFTERWARDS, DAY, OPEN, days, feed_at, later, minutes
from market.tests.vendor_server import Market, Trouble

FRIDAY = datetime(2013, 10, 4, 13, 30, tzinfo=UTC)
TUESDAY = OPEN + timedelta(days=1)
DAILY = FeedRequest(("SPY",), Timeframe.DAY, date(2013, 10, 1), DAY)
MINUTES = FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY)


def market_of(**more: Any) -> Market:
    market = Market(now=lambda: AFTERWARDS + timedelta(days=1), **more)
    market.add("SPY", days([FRIDAY, OPEN, TUESDAY]), "day")
    market.add("SPY", minutes(390))
    return market


def charts(market: Market) -> list[dict[str, str]]:
    return [asked.params for asked in market.asked if "period1" in asked.params]


def test_days_come_with_their_prices_and_stop_at_the_last_one_asked_for() -> None:
    with feed_at("yahoo", market_of(), now=lambda: AFTERWARDS) as feed:
        (page,) = feed.fetch(DAILY)
    assert page.bars.start.tolist() == [int(FRIDAY.timestamp()), int(OPEN.timestamp())]
    assert page.bars.close.tolist() == [100.0, 101.0]
    assert page.bars.volume.tolist() == [5000, 5000]


def test_prices_are_as_traded_whatever_was_split_since() -> None:
    """Yahoo tells 50 for a day that closed at 100, because shares were halved on the day after."""
    market = market_of(splits={"SPY": {int(TUESDAY.timestamp()): 2.0}})
    with feed_at("yahoo", market, now=lambda: AFTERWARDS) as feed:
        (daily,) = feed.fetch(DAILY)
        (page,) = feed.fetch(MINUTES)
    assert daily.bars.close.tolist() == [100.0, 101.0]
    assert daily.bars.volume.tolist() == [5000, 5000]
    assert page.bars.close[:3].tolist() == [100.0, 100.01, 100.02]
    assert page.bars.volume[:2].tolist() == [1000, 1001]
    assert len(page.bars.start) == 390


def test_latest_brings_exact_prices_of_closed_minutes() -> None:
    market = market_of()
    with feed_at("yahoo", market, now=lambda: later(5.5)) as feed:
        bars = feed.latest(["SPY"], later(3))
    assert [bar.start for bar in bars] == [later(3), later(4)]
    assert bars[0].close == Decimal("100.03")


def test_splits_and_dividends_come_with_the_days_and_as_they_were_paid() -> None:
    """Of 0.40 that were paid before shares were halved, Yahoo tells 0.20."""
    market = market_of(splits={"SPY": {int(OPEN.timestamp()): 2.0}})
    market.dividends = {"SPY": {int(FRIDAY.timestamp()): 0.2, int(TUESDAY.timestamp()): 0.5}}
    with feed_at("yahoo", market, now=lambda: AFTERWARDS) as feed:
        list(feed.fetch(DAILY))
        before = len(charts(market))
        lines = feed.actions(DAILY)
    assert len(charts(market)) == before, "they came with the prices"
    assert [(line["type"], line["ex_date"]) for line in lines] == [
        ("split", "2013-10-07"),
        ("dividend", "2013-10-04"),
    ]
    assert float(lines[1]["amount_per_share"]) == 0.4
    assert float(lines[0]["split_ratio"]) == 2


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble(status=500), FeedDown),
        (Trouble(status=502, body="<html>bad gateway</html>"), FeedDown),
        (Trouble(is_cut=True), FeedDown),
        (Trouble(body='{"chart": {"result": [{"meta": {"currency"'), FeedDown),
        (Trouble(body='{"chart": {}}'), FeedDown),
        (Trouble(status=401, body="{}"), FeedRefused),
        (Trouble(status=429, headers=(("Retry-After", "9"),)), FeedLimited),
    ],
)
def test_no_part_of_a_broken_answer_is_taken_for_the_whole(trouble: Trouble, error: type[Exception]) -> None:
    market = market_of()
    with feed_at("yahoo", market, now=lambda: AFTERWARDS) as feed:
        list(feed.fetch(DAILY))  # it knows the zone of the symbol and has its crumb from now on
        market.troubles = [trouble]
        with pytest.raises(error):
            list(feed.fetch(DAILY))


def test_what_it_was_told_before_is_forgotten() -> None:
    """yfinance keeps answers about the past; corrections would never arrive."""
    market = market_of()
    with feed_at("yahoo", market, now=lambda: AFTERWARDS) as feed:
        list(feed.fetch(MINUTES))
        before = len(charts(market))
        list(feed.fetch(MINUTES))
    assert len(charts(market)) == 2 * before


def test_a_symbol_that_there_is_not_is_refused_by_name() -> None:
    with (
        feed_at("yahoo", market_of(), now=lambda: AFTERWARDS) as feed,
        pytest.raises(FeedRefused, match="NOPE"),
    ):
        list(feed.fetch(FeedRequest(("NOPE",), Timeframe.DAY, DAY, DAY)))


def test_where_yahoo_has_nothing_there_is_nothing() -> None:
    market = market_of()
    monday = date(2013, 9, 2)
    with feed_at("yahoo", market, now=lambda: AFTERWARDS - timedelta(days=30)) as feed:
        assert [page.rows for page in feed.fetch(FeedRequest(("SPY",), Timeframe.DAY, monday, monday))] == [0]


def test_a_dot_in_a_symbol_is_a_dash_there() -> None:
    market = Market(now=lambda: AFTERWARDS)
    market.add("BRK-B", days([OPEN]), "day")
    with feed_at("yahoo", market, now=lambda: AFTERWARDS) as feed:
        (page,) = feed.fetch(FeedRequest(("BRK.B",), Timeframe.DAY, DAY, DAY))
    assert (page.symbol, page.rows) == ("BRK.B", 1)
