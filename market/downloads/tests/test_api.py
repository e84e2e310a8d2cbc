"""Downloads over the API, for the people who own them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from market.downloads.models import Download
from market.downloads.tests.world import advance, started
from market.tests.vendor_server import Market

ASKED = {"feed": "polygon", "symbols": ["spy", "qqq"], "first": "2013-10-07", "last": "2013-10-08"}


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client


def call(api: APIClient, verb: str, path: str, status: int, **body: Any) -> dict[str, Any]:
    answer = getattr(api, verb)(f"/api/v1/downloads/{path}", body, format="json")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_download_from_its_start_to_its_end(market: Market, api: APIClient) -> None:
    made = call(api, "post", "", 201, **ASKED)
    assert (made["state"], made["symbols"], made["parts_total"]) == ("queued", ["SPY", "QQQ"], None)
    own = f"{made['id']}/"
    assert call(api, "post", f"{own}stop/", 200)["state"] == "stopped"
    assert call(api, "post", f"{own}stop/", 409)["error"]["code"] == "conflict"
    assert call(api, "post", f"{own}resume/", 200)["state"] == "queued"
    advance(Download.objects.get())
    ended = call(api, "get", own, 200)
    assert (ended["state"], ended["parts_done"], ended["parts_total"]) == ("completed", 4, 4)
    assert (ended["rows_read"], ended["stored"], ended["conflicting"]) == (1560, 1560, 0)
    assert [row["id"] for row in call(api, "get", "", 200)["results"]] == [made["id"]]
    assert call(api, "post", f"{own}resume/", 409)["error"]["message"].endswith("it is completed.")


def test_what_is_wrong_is_said_at_its_field(market: Market, api: APIClient) -> None:
    for changes, field in (
        ({"symbols": ["no such symbol"]}, "symbols"),
        ({"symbols": []}, "symbols"),
        ({"last": "2013-10-01"}, "last"),
        ({"timeframe": "week"}, "timeframe"),
        ({"timeframe": "day", "is_quotes": True}, "timeframe"),
        ({"agian": True}, "agian"),
    ):
        assert field in call(api, "post", "", 400, **{**ASKED, **changes})["error"]["fields"]
    assert "key" in call(api, "post", "", 400, **{**ASKED, "feed": "alpaca"})["error"]["message"]
    assert not Download.objects.exists()


def test_nobody_has_more_than_three_at_once(market: Market, api: APIClient) -> None:
    for _ in range(3):
        call(api, "post", "", 201, **ASKED)
    assert "3 may be at once" in call(api, "post", "", 409, **ASKED)["error"]["message"]


def test_a_list_holds_only_ones_own(market: Market, alice: User, charlie: User, api: APIClient) -> None:
    started(alice)
    api.force_login(charlie)
    assert call(api, "get", "", 200)["results"] == []
