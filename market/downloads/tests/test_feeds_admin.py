"""Staff's pages of feeds, keys and downloads."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from market.downloads.tests.world import MONDAY, advance, started
from market.feeds.keys import key_read
from market.models import FeedSite, Instrument
from market.tests.vendor_server import Market


@pytest.fixture
def staff_client(client: Client, charlie: User) -> Client:
    charlie.is_staff = charlie.is_superuser = True
    charlie.save()
    client.force_login(charlie)
    return client


def test_staff_set_where_a_feed_is_and_its_key_which_is_never_shown(staff_client: Client) -> None:
    typed = {
        "feed": "alpaca",
        "is_offered": "on",
        "base_url": "https://data.example.com/",
        "requests_per_minute": "10000",
    }
    keys = {"part_0": "AKID-123456", "part_1": "very-secret-key"}
    assert staff_client.post("/admin/market/feedsite/add/", {**typed, **keys}).status_code == 302
    site = FeedSite.objects.get()
    assert site.base_url == "https://data.example.com"
    assert key_read(site.key_encrypted, None, "alpaca") == ("AKID-123456", "very-secret-key")
    page = staff_client.get(f"/admin/market/feedsite/{site.pk}/change/").content.decode()
    assert "AKID-123456" not in page
    assert "very-secret-key" not in page
    staff_client.post(f"/admin/market/feedsite/{site.pk}/change/", typed)
    site.refresh_from_db()
    assert site.has_key, "what is not typed stays"
    moved = {**typed, "base_url": "https://elsewhere.example"}
    page = staff_client.post(f"/admin/market/feedsite/{site.pk}/change/", moved).content.decode()
    assert "Enter the key again" in page, "it goes to no other host than it was entered for"
    staff_client.post(f"/admin/market/feedsite/{site.pk}/change/", {**typed, "remove_key": "on"})
    site.refresh_from_db()
    assert not site.has_key


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://data.example.com"},
        {"base_url": "ftp://x"},
        {"part_0": "half-a-key"},
        {"feed": "bloomberg"},
    ],
)
def test_what_can_not_be_is_refused(staff_client: Client, wrong: dict[str, str]) -> None:
    assert staff_client.post("/admin/market/feedsite/add/", {"feed": "alpaca", **wrong}).status_code == 200
    assert FeedSite.objects.count() == 0


@pytest.mark.parametrize("table", ["feedkey", "feedstatus", "download", "fetcheddays", "feedsite"])
def test_staff_see_what_there_is_and_no_key(
    market: Market, alice: User, staff_client: Client, table: str
) -> None:
    advance(started(alice, symbols=["SPY"], last=MONDAY))
    page = staff_client.get(f"/admin/market/{table}/").content.decode()
    assert "polygon" in page
    assert "key_encrypted" not in page


def test_an_action_leads_to_the_form_with_the_symbols_filled_in(
    market: Market, alice: User, staff_client: Client
) -> None:
    advance(started(alice))
    chosen = list(Instrument.objects.values_list("pk", flat=True))

    def led_to(action: str) -> dict[str, list[str]]:
        answer = staff_client.post(
            "/admin/market/instrument/", {"action": action, "_selected_action": chosen}
        )
        parts = urlsplit(answer.headers["Location"])
        assert parts.path == "/downloads/new/"
        return parse_qs(parts.query)

    assert led_to("fetch") == {"symbols": ["QQQ, SPY"]}
    assert led_to("check_again") == {
        "symbols": ["QQQ, SPY"],
        "first": ["2013-10-07"],
        "last": ["2013-10-08"],
        "is_again": ["on"],
    }
