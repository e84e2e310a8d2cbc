"""Pages of feeds and downloads: what a user sees, does and may not do."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from market.downloads.models import Download, DownloadState
from market.downloads.tests.world import MONDAY, TUESDAY, advance, started
from market.models import FeedKey, FeedSite, Instrument
from market.tests.vendor_server import Market, Served, Trouble

FORM = {
    "feed": "polygon",
    "timeframe": "minute",
    "symbols": "spy qqq",
    "first": "2013-10-07",
    "last": "2013-10-08",
}


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_every_feed_tells_its_history_licence_and_limits(alice_client: Client) -> None:
    page = page_of(alice_client, "/feeds/")
    for words in (
        "Alpaca",
        "Yahoo Finance",
        "Polygon-compatible",
        "Synthetic sample",
        "200 a minute",
        "Personal use",
    ):
        assert words in page
    assert page.count("Enter your key") == 2


def test_a_key_is_stored_and_never_shown(alice_client: Client, alice: User) -> None:
    typed = {"part_0": "AKID-123456", "part_1": "very-secret-key"}
    assert alice_client.post("/feeds/alpaca/key/", typed).status_code == 302
    assert FeedKey.objects.get(user=alice).feed == "alpaca"
    for url in ("/feeds/", "/feeds/alpaca/key/"):
        page = page_of(alice_client, url)
        assert "stored" in page
        assert "AKID-123456" not in page
        assert "very-secret-key" not in page
    assert alice_client.post("/feeds/alpaca/key/remove/").status_code == 302
    assert FeedKey.objects.count() == 0


def test_half_a_key_is_refused_beside_its_field(alice_client: Client) -> None:
    response = alice_client.post("/feeds/alpaca/key/", {"part_0": "AKID-123456"})
    assert response.status_code == 422
    assert FeedKey.objects.count() == 0


def test_a_feed_that_there_is_not_is_an_error_in_words(alice_client: Client) -> None:
    response = alice_client.get("/feeds/bloomberg/key/")
    assert response.status_code == 400
    assert "There is no feed" in response.content.decode()


def test_a_download_is_started_followed_stopped_and_resumed(
    market: Market, alice: User, alice_client: Client
) -> None:
    response = alice_client.post("/downloads/new/", FORM)
    download = Download.objects.get()
    assert response.headers["Location"] == f"/downloads/{download.pk}/"
    page = page_of(alice_client, f"/downloads/{download.pk}/")
    assert f'data-live-topics="download:{download.pk}"' in page
    assert "queued" in page
    assert alice_client.post(f"/downloads/{download.pk}/stop/").status_code == 302
    assert "Resume" in page_of(alice_client, f"/downloads/{download.pk}/")
    assert alice_client.post(f"/downloads/{download.pk}/stop/").status_code == 409
    assert alice_client.post(f"/downloads/{download.pk}/resume/").status_code == 302
    advance(download)
    page = page_of(alice_client, f"/downloads/{download.pk}/")
    assert "completed" in page
    assert "1,560" in page
    assert "data-live-topics" not in page
    assert "QQQ" in page_of(alice_client, "/downloads/")


def test_what_can_not_be_fetched_is_said_beside_its_field(market: Market, alice_client: Client) -> None:
    response = alice_client.post("/downloads/new/", {**FORM, "first": "2013-10-09"})
    assert response.status_code == 422
    assert "should not be before the first" in response.content.decode()
    assert Download.objects.count() == 0


def test_only_feeds_that_can_be_asked_are_offered(market: Market, charlie_client: Client) -> None:
    page = page_of(charlie_client, "/downloads/new/")
    assert 'value="synthetic"' in page
    assert 'value="polygon"' not in page
    FeedSite.objects.create(feed="synthetic", is_offered=False)
    assert 'value="synthetic"' not in page_of(charlie_client, "/downloads/new/")


def test_what_a_waiting_download_waits_for_is_told(market: Market, alice: User, alice_client: Client) -> None:
    market.troubles = [Trouble(status=503)]
    download = started(alice)
    advance(download)
    page = page_of(alice_client, f"/downloads/{download.pk}/")
    assert "status 503" in page
    assert "Asked again at" in page


def test_findings_of_the_checks_are_told_on_the_page_of_the_symbol(
    market: Market, alice: User, alice_client: Client
) -> None:
    bars = market.bars["SPY", "minute"]
    market.bars["SPY", "minute"] = [
        bar._replace(high=10_000.0) if place == 5 else bar for place, bar in enumerate(bars) if place != 9
    ]
    advance(started(alice, symbols=["SPY"], last=MONDAY))
    market.bars["SPY", "minute"] = [Served(*bars[0][:-1], 7), *bars[1:]]
    advance(started(alice, symbols=["SPY"], last=MONDAY, is_again=True))
    page = page_of(alice_client, "/market/SPY/")
    assert "impossible_price" in page
    assert "SPY: 2 of 390 (09:35, 09:39)" in page
    assert "SPY 2013-10-07 13:30 UTC: kept 100 100.05 99.95 100 1000, found 100 100.05 99.95 100 7" in page


def test_a_stranger_can_not_tell_a_download_from_none(
    market: Market, alice: User, charlie_client: Client
) -> None:
    download = started(alice)
    for path in ("", "stop/", "resume/"):
        ask = charlie_client.post if path else charlie_client.get
        foreign, absent = ask(f"/downloads/{download.pk}/{path}"), ask(f"/downloads/987654321/{path}")
        assert (foreign.status_code, absent.status_code) == (403, 403)
    assert page_of(charlie_client, "/downloads/").count("polygon") == 0
    download.refresh_from_db()
    assert download.state == DownloadState.QUEUED


def test_symbols_are_suggested_while_a_list_is_typed(alice_client: Client) -> None:
    Instrument.objects.create(symbol="SPY", name="S&P 500")
    Instrument.objects.create(symbol="AAPL", name="Apple")
    assert '<option value="AAPL, SPY">S&amp;P 500</option>' in page_of(
        alice_client, "/market/suggest/?symbols=AAPL,%20sp"
    )
    assert page_of(alice_client, "/market/suggest/?q=").strip() == ""


@pytest.mark.parametrize(("url", "queries"), [("/feeds/", 3), ("/downloads/", 2), ("/downloads/new/", 3)])
def test_pages_cost_few_queries(
    market: Market, alice: User, alice_client: Client, url: str, queries: int
) -> None:
    started(alice, last=date(2013, 10, 8), first=TUESDAY)
    with CaptureQueriesContext(connection) as seen:
        alice_client.get(url)
    own = [query for query in seen.captured_queries if "market_" in query["sql"]]
    assert len(own) == queries


def test_only_symbols_that_have_a_page_are_linked(market: Market, alice: User, alice_client: Client) -> None:
    download = started(alice, symbols=["SPY", "SPYY"], last=MONDAY)
    advance(download)
    page = page_of(alice_client, f"/downloads/{download.pk}/")
    assert 'href="/market/SPY/"' in page
    assert 'href="/market/SPYY/"' not in page
    assert "Not a bar came of SPYY" in page
    Download.objects.filter(pk=download.pk).update(
        state="failed", refusals={"SPYY": "Unknown to the vendor."}
    )
    page = page_of(alice_client, f"/downloads/{download.pk}/")
    assert "Unknown to the vendor." in page
    assert "Not a bar came" not in page
