"""A Polygon-compatible vendor: pages by both cursors, refusals, broken answers, corrections."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from market.columns import Timeframe
from market.feeds import FeedDown, FeedLimited, FeedRefused, FeedRequest, polygon
from market.feeds.tests.serving import AFTERWARDS, DAY, OPEN, days, feed_at, later, minutes
from market.tests.vendor_server import Correction, Market, Trouble

ASKED = FeedRequest(("SPY",), Timeframe.MINUTE, DAY, DAY)


def market_of(count: int = 390, **more: Any) -> Market:
    market = Market(now=lambda: AFTERWARDS, **more)
    market.add("SPY", minutes(count))
    return market


def fetched(market: Market, request: FeedRequest = ASKED, **setup: Any) -> list[list[int]]:
    """The starts of the bars of each page."""
    with feed_at("polygon", market, **setup) as feed:
        return [page.bars.start.tolist() for page in feed.fetch(request)]


def test_pages_follow_the_vendors_own_cursor_to_the_end() -> None:
    market = market_of(page_rows=100)
    pages = fetched(market)
    assert [len(page) for page in pages] == [100, 100, 100, 90]
    starts = [start for page in pages for start in page]
    assert starts == [int((OPEN + timedelta(minutes=place)).timestamp()) for place in range(390)]
    assert all(asked.headers["authorization"] == "Bearer key-0" for asked in market.asked)


def test_a_full_page_without_a_cursor_goes_on_after_its_last_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygon, "LIMIT", 100)
    market = market_of()

    class Capped(Market):
        """Serves at most a hundred bars and no cursor."""

        def shown(self, *asked: Any) -> Any:
            return super().shown(*asked)[:100]

    capped = Capped(bars=market.bars, now=market.now)
    pages = fetched(capped)
    assert [len(page) for page in pages] == [100, 100, 100, 90]
    assert len({start for page in pages for start in page}) == 390


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble(status=500), FeedDown),
        (Trouble(status=503), FeedDown),
        (Trouble(is_cut=True), FeedDown),
        (Trouble(body='{"status": "OK", "results": [{"o": 1'), FeedDown),
        (Trouble(body='{"status": "OK", "resultsCount": 3, "results": []}'), FeedDown),
        (Trouble(body='{"status": "ERROR"}'), FeedDown),
        (Trouble(body="[]"), FeedDown),
        (Trouble(status=403), FeedRefused),
        (Trouble(status=404), FeedRefused),
        (Trouble(status=400, body="bad range"), FeedRefused),
        (Trouble(status=302, headers=(("Location", "http://127.0.0.1:9/"),)), FeedRefused),
        (Trouble(status=429, headers=(("Retry-After", "7"),)), FeedLimited),
    ],
)
def test_no_part_of_a_broken_answer_is_taken_for_the_whole(trouble: Trouble, error: type[Exception]) -> None:
    market = market_of(page_rows=100, troubles=[None, trouble])
    with feed_at("polygon", market) as feed, pytest.raises(error):
        list(feed.fetch(ASKED))
    assert len(market.asked) == 2


def test_when_asked_too_often_it_says_for_how_long_and_nobody_asks_meanwhile() -> None:
    market = market_of(troubles=[Trouble(status=429, headers=(("Retry-After", "120"),))])
    with feed_at("polygon", market, patience_seconds=0) as feed:
        with pytest.raises(FeedLimited) as caught:
            list(feed.fetch(ASKED))
        assert caught.value.retry_after == 120
        with pytest.raises(FeedLimited) as again:
            list(feed.fetch(ASKED))
    assert 100 < again.value.retry_after <= 120
    assert len(market.asked) == 1, "the second question was not even asked"


def test_the_rate_of_a_plan_holds_for_everybody_with_the_key() -> None:
    market = market_of(1)
    setup = {"requests_per_minute": 1, "patience_seconds": 0}
    with feed_at("polygon", market, **setup) as feed:
        list(feed.fetch(ASKED))
        with pytest.raises(FeedLimited) as caught:
            list(feed.fetch(ASKED))
    assert 50 < caught.value.retry_after <= 60
    assert len(market.asked) == 1


def test_the_key_goes_nowhere_else() -> None:
    elsewhere = '{"status": "OK", "results": [], "next_url": "http://example.com/v2/aggs/?cursor=1"}'
    market = market_of(troubles=[Trouble(body=elsewhere)])
    with feed_at("polygon", market) as feed, pytest.raises(FeedDown, match="example"):
        list(feed.fetch(ASKED))


def test_pages_that_step_back_are_refused() -> None:
    twice = '{"status": "OK", "results": [{"t": 1381152600000}, {"t": 1381152600000}]}'
    market = market_of(troubles=[Trouble(body=twice)])
    with feed_at("polygon", market) as feed, pytest.raises(FeedDown, match="step back"):
        list(feed.fetch(ASKED))


def test_a_page_that_begins_before_the_end_of_the_last_one_is_refused() -> None:
    first = (
        '{"status": "OK", "results": [{"t": 1381152660000}], "next_url": "http://127.0.0.1/v2/more?cursor=2"}'
    )
    before = '{"status": "OK", "results": [{"t": 1381152600000}]}'
    market = market_of(troubles=[Trouble(body=first), Trouble(body=before)])
    with feed_at("polygon", market) as feed, pytest.raises(FeedDown, match="step back"):
        list(feed.fetch(ASKED))


def test_a_bad_row_costs_itself_and_is_told() -> None:
    rows = '[{"t": 1381152600000, "o": 1, "h": 2, "l": 1, "c": "x", "v": 5}, {"t": 1381152660000, "o": 1, "h": 2, "l": 1, "c": 1.5, "v": 7.9}]'
    market = market_of(troubles=[Trouble(body=f'{{"status": "OK", "results": {rows}}}')])
    with feed_at("polygon", market) as feed:
        (page,) = feed.fetch(ASKED)
    assert page.bars.start.tolist() == [1381152660]
    assert page.bars.volume.tolist() == [7], "a fraction of a share is left out"
    assert [(problem.code, "'x'" in problem.reason) for problem in page.problems] == [("not_a_number", True)]


def test_days_are_stamped_with_the_open_of_their_session() -> None:
    market = Market(now=lambda: AFTERWARDS)
    friday = datetime(2013, 10, 4, 13, 30, tzinfo=UTC)
    market.add("SPY", days([friday, OPEN]), "day")
    request = FeedRequest(("SPY",), Timeframe.DAY, date(2013, 10, 1), DAY)
    assert fetched(market, request) == [[int(friday.timestamp()), int(OPEN.timestamp())]]


def test_latest_brings_what_has_closed_and_what_was_corrected_since() -> None:
    clock = later(5)
    market = Market(now=lambda: clock)
    market.add("SPY", minutes(390))
    wrong = minutes(390)[2]
    market.corrections = [Correction("SPY", later(6), wrong._replace(high=101.5, volume=9999))]
    with feed_at("polygon", market) as feed:
        bars = feed.latest(["SPY"], OPEN)
        assert [bar.start for bar in bars] == [later(place) for place in range(5)]
        assert (bars[2].close, bars[2].high, bars[2].volume) == (Decimal("100.02"), Decimal("100.07"), 1002)
        clock = later(7)
        again = feed.latest(["SPY"], later(2))
        assert [bar.start for bar in again] == [later(place) for place in range(2, 7)]
        assert (again[0].high, again[0].volume) == (Decimal("101.5"), 9999)


def test_a_bar_that_has_not_closed_is_not_handed_on() -> None:
    """Vendors show the minute that is going on too."""
    market = market_of(10)
    with feed_at("polygon", market, now=lambda: later(3.5)) as feed:
        assert [bar.start for bar in feed.latest(["SPY"], OPEN)] == [later(0), later(1), later(2)]


def test_a_server_that_is_away_is_down_and_not_empty() -> None:
    with feed_at("polygon", market_of()) as feed:
        feed.http.base_url = "http://127.0.0.1:9"  # type: ignore[attr-defined]  # of this vendor's feed
        with pytest.raises(FeedDown, match="can't be reached"):
            feed.latest(["SPY"], OPEN)
