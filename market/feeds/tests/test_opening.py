"""Opening a feed: whose key, which address, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from conftest import as_app_role
from core.errors import UserError
from core.rls import acting_as
from market.feeds import FEEDS, FeedDown, FeedRefused, feed_open, feed_statuses
from market.feeds.keys import key_remove, key_store, site_key_set
from market.feeds.polygon import PolygonFeed
from market.feeds.reach import url_check
from market.feeds.tests.serving import OPEN, minutes
from market.models import FeedKey, FeedSite
from market.tests.vendor_server import Market, Trouble, vendor_server

SECRET = "pk-alice-1234567890"


@pytest.fixture
def market(settings: Any) -> Iterator[Market]:
    """A Polygon-compatible vendor that settings point to."""
    served = Market()
    served.add("SPY", minutes(3))
    with vendor_server(served) as url:
        settings.FEEDS = {**settings.FEEDS, "urls": {"polygon": url}}
        yield served


def asked_with(market: Market) -> list[str]:
    return [asked.headers.get("authorization", "") for asked in market.asked]


def ask(user_id: int | None) -> None:
    feed = feed_open("polygon", user_id)
    try:
        feed.latest(["SPY"], OPEN)
    finally:
        feed.close()


def site(**values: Any) -> FeedSite:
    return FeedSite.objects.create(feed="polygon", **values)


def test_a_users_own_key_goes_before_the_sites(market: Market, alice: User, charlie: User) -> None:
    offered = site()
    site_key_set(offered, PolygonFeed, ["site-key"])
    offered.save()
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, [f" {SECRET} "])
    for user_id in (alice.pk, charlie.pk, None):
        ask(user_id)
    assert asked_with(market) == [f"Bearer {SECRET}", "Bearer site-key", "Bearer site-key"]


def test_without_any_key_it_says_so_and_asks_nobody(market: Market, alice: User) -> None:
    with pytest.raises(FeedRefused) as caught:
        ask(alice.pk)
    assert caught.value.code == "no_key"
    assert market.asked == []


def test_a_key_is_encrypted_for_its_user_and_feed_alone(alice: User, charlie: User) -> None:
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, [SECRET])
    stored = FeedKey.objects.get()
    assert SECRET.encode() not in bytes(stored.key_encrypted)
    FeedKey.objects.filter(pk=stored.pk).update(user=charlie)
    with pytest.raises(UserError, match="can't be read"):
        feed_open("polygon", charlie.pk)


def test_a_stranger_sees_no_key(alice: User, charlie: User) -> None:
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, [SECRET])
    with as_app_role(), acting_as(charlie.pk):
        assert FeedKey.objects.count() == 0
    with as_app_role(), acting_as(alice.pk):
        key_remove(alice, PolygonFeed)
    assert FeedKey.objects.count() == 0


def test_only_staff_write_where_a_feed_is(alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('tl_app', 'market_feedsite', 'UPDATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("parts", [[], [""], ["two words"], ["ключ"], ["x" * 600], ["one", "two"]])
def test_what_can_be_no_key_is_refused_without_quoting_it(alice: User, parts: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        key_store(alice, PolygonFeed, parts)
    assert all(len(part) < 3 or part not in caught.value.message for part in parts)


def test_a_feed_that_is_not_offered_is_for_staff(market: Market, alice: User) -> None:
    offered = site(is_offered=False)
    site_key_set(offered, PolygonFeed, ["site-key"])
    offered.save()
    with pytest.raises(FeedRefused, match="not offered"):
        ask(alice.pk)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    ask(alice.pk)
    assert asked_with(market) == ["Bearer site-key"]


def test_staff_may_say_where_a_feed_is(db: None, market: Market, settings: Any) -> None:
    row = site(base_url=settings.FEEDS["urls"]["polygon"])
    site_key_set(row, PolygonFeed, ["k"])
    row.save()
    settings.FEEDS = {**settings.FEEDS, "urls": {"polygon": "http://127.0.0.1:9"}}
    ask(None)
    assert len(market.asked) == 1


@pytest.mark.parametrize("calls", ["no", "loopback"])
def test_where_calls_are_off_nobody_out_there_is_asked(db: None, settings: Any, calls: str) -> None:
    settings.FEEDS = {**settings.FEEDS, "calls": calls, "urls": {}}
    row = site()
    site_key_set(row, PolygonFeed, ["k"])
    row.save()
    with pytest.raises(FeedRefused, match="ALLOW_FEED_CALLS"):
        feed_open("polygon", None)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "https://", "http://data.example.com", "https://u:p@x", "https://x?y=1", "https://x:port"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        url_check(url)


def test_how_a_feed_answered_is_kept_for_the_operator(market: Market, alice: User) -> None:
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, [SECRET])
    ask(alice.pk)
    (status,) = feed_statuses()
    assert (status.feed, status.last_error) == ("polygon", "")
    assert status.newest_bar_at is not None
    assert status.lag_seconds is not None
    market.troubles = [Trouble(status=500)]
    with pytest.raises(FeedDown):
        ask(alice.pk)
    (status,) = feed_statuses()
    assert "status 500" in status.last_error
    assert status.last_success_at is not None


def test_what_is_refused_to_one_user_is_no_news_about_the_feed(market: Market, alice: User) -> None:
    with acting_as(alice.pk):
        key_store(alice, PolygonFeed, [SECRET])
    market.troubles = [Trouble(status=404), Trouble(status=401)]
    for _ in range(2):
        with pytest.raises(FeedRefused):
            ask(alice.pk)
    assert feed_statuses() == []


def test_a_vendor_that_repeats_the_key_does_not_show_it(market: Market, alice: User) -> None:
    offered = site()
    site_key_set(offered, PolygonFeed, ["site-key-0123"])
    offered.save()
    market.troubles = [Trouble(status=401, body="Unknown API key site-key-0123 of plan basic")]
    with pytest.raises(FeedRefused) as refused:
        ask(alice.pk)
    assert "Unknown API key … of plan basic" in refused.value.message
    assert "site-key" not in f"{refused.value} {refused.value.message}"


def test_a_feed_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(FeedRefused, match="There are: alpaca, yahoo"):
        feed_open("bloomberg", None)


def test_every_feed_says_what_people_should_know() -> None:
    for name, feed in FEEDS.items():
        assert feed.name == name
        assert feed.label
        assert feed.about.history
        assert feed.about.licence
        assert feed.about.timeframes


def test_the_folder_feed_opens_where_settings_say(tmp_path: Path, settings: Any, db: None) -> None:
    settings.FEEDS = {**settings.FEEDS, "folder": tmp_path}
    assert feed_open("folder", None).latest(["SPY"], OPEN) == []
