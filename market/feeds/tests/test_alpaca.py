"""Alpaca through its own client: pages, refusals, broken answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from market.columns import Timeframe
from market.feeds import FeedDown, FeedLimited, FeedRefused, FeedRequest
from market.feeds.tests.serving import AFTERWARDS, DAY, OPEN, days, feed_at, later, minutes
from market.tests.vendor_server import Market, Trouble

ASKED = FeedRequest(("SPY", "QQQ"), Timeframe.MINUTE, DAY, DAY)


def market_of(**more: Any) -> Market:
    market = Market(now=lambda: AFTERWARDS, **more)
    market.add("SPY", minutes(390))
    market.add("QQQ", minutes(30, price=70))
    return market


def test_pages_of_several_symbols_are_put_together_and_counted() -> None:
    market = market_of(page_rows=100)
    seen: list[int] = []
    with feed_at("alpaca", market) as feed:
        pages = list(feed.fetch(ASKED, on_page=seen.append))
    assert [(page.symbol, len(page.bars.start)) for page in pages] == [("SPY", 390), ("QQQ", 30)]
    assert pages[0].bars.close[:2].tolist() == [100.0, 100.01]
    assert seen == [100, 100, 100, 100, 20]
    first = market.asked[0]
    assert (first.params["adjustment"], first.params["feed"]) == ("raw", "sip")
    assert (first.headers["apca-api-key-id"], first.headers["apca-api-secret-key"]) == ("key-0", "key-1")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble(status=500), FeedDown),
        (Trouble(status=504), FeedDown),
        (Trouble(is_cut=True), FeedDown),
        (Trouble(body='{"bars": {"SPY": [{"t": "2013-10'), FeedDown),
        (Trouble(body='{"bars": {}}'), FeedDown),
        (Trouble(body="[]"), FeedDown),
        (Trouble(body='{"bars": {"SPY": [{"o": 1}]}, "next_page_token": null}'), FeedDown),
        (Trouble(body='{"bars": {}, "next_page_token": "100"}'), FeedDown),
        (Trouble(status=401), FeedRefused),
        (Trouble(status=403, body='{"message": "subscription does not permit this"}'), FeedRefused),
        (Trouble(status=400, body='{"message": "invalid symbol"}'), FeedRefused),
        (Trouble(status=302, headers=(("Location", "http://127.0.0.1:9/"),)), FeedDown),
        (Trouble(status=429, headers=(("Retry-After", "7"),)), FeedLimited),
    ],
)
def test_no_part_of_a_broken_answer_is_taken_for_the_whole(trouble: Trouble, error: type[Exception]) -> None:
    market = market_of(page_rows=100, troubles=[None, trouble])
    with feed_at("alpaca", market) as feed, pytest.raises(error):
        list(feed.fetch(ASKED))
    assert len(market.asked) == 2, "it does not ask again by itself"


def test_a_page_that_repeats_bars_is_refused() -> None:
    row = '{"t": "2013-10-07T13:30:00Z", "o": 1, "h": 1, "l": 1, "c": 1, "v": 1}'
    market = market_of(
        troubles=[Trouble(body=f'{{"bars": {{"SPY": [{row}, {row}]}}, "next_page_token": null}}')]
    )
    with feed_at("alpaca", market) as feed, pytest.raises(FeedDown, match="overlap"):
        list(feed.fetch(ASKED))


def test_without_bars_there_are_none_and_that_is_no_error() -> None:
    market = market_of(troubles=[Trouble(body='{"bars": null, "next_page_token": null}')])
    with feed_at("alpaca", market) as feed:
        assert [page.rows for page in feed.fetch(ASKED)] == [0, 0]


def test_what_the_tape_tells_to_paying_accounts_only_is_not_asked_for() -> None:
    market = market_of()
    with feed_at("alpaca", market, now=lambda: later(60)) as feed:
        pages = list(feed.fetch(ASKED))
        assert len(pages[0].bars.start) == 45, "a quarter of an hour back, to the minute"
        early = FeedRequest(("SPY",), Timeframe.MINUTE, date(2013, 10, 9), date(2013, 10, 9))
        assert [page.rows for page in feed.fetch(early)] == [0]
    assert len(market.asked) == 1


def test_days_are_stamped_with_the_open_of_their_session() -> None:
    market = Market(now=lambda: AFTERWARDS)
    friday = datetime(2013, 10, 4, 13, 30, tzinfo=UTC)
    market.add("SPY", days([friday, OPEN]), "day")
    with feed_at("alpaca", market) as feed:
        (page,) = feed.fetch(FeedRequest(("SPY",), Timeframe.DAY, date(2013, 10, 1), DAY))
    assert page.bars.start.tolist() == [int(friday.timestamp()), int(OPEN.timestamp())]


def test_latest_asks_once_for_all_symbols() -> None:
    market = Market(now=lambda: later(5))
    market.add("SPY", minutes(390))
    market.add("QQQ", minutes(390, price=70))
    with feed_at("alpaca", market) as feed:
        bars = feed.latest(["SPY", "QQQ"], later(2))
    assert [(bar.symbol, bar.start) for bar in bars] == [
        (symbol, later(place)) for place in (2, 3, 4) for symbol in ("QQQ", "SPY")
    ]
    assert [asked.params["feed"] for asked in market.asked] == ["iex"]


def test_corporate_actions_come_as_lines_of_the_importers_file() -> None:
    market = market_of()
    split = {"symbol": "SPY", "new_rate": 3, "old_rate": 2, "ex_date": "2013-10-07"}
    dividends = [
        {"symbol": "SPY", "rate": 0.82, "ex_date": "2013-10-07", "special": False},
        {"symbol": "SPY", "rate": 1.5, "ex_date": "2013-10-07", "special": True},
        {"symbol": "SPY", "rate": 0.9, "ex_date": "2013-10-08"},
    ]
    market.actions = {"forward_splits": [split], "cash_dividends": dividends}
    with feed_at("alpaca", market) as feed:
        lines = feed.actions(ASKED)
    assert [(line["type"], line.get("split_ratio"), line.get("amount_per_share")) for line in lines] == [
        ("split", "1.5", None),
        ("dividend", None, "2.32"),
        ("dividend", None, "0.9"),
    ]
    assert len(market.asked) == 3, "every page was asked for"


def test_an_action_without_its_numbers_is_no_action() -> None:
    market = market_of(actions={"cash_dividends": [{"symbol": "SPY", "ex_date": "2013-10-07"}]})
    with feed_at("alpaca", market) as feed, pytest.raises(FeedDown, match="without its numbers"):
        feed.actions(ASKED)
