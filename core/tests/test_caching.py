"""No cache that several people share keeps what was meant for one of them."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "url", ["/models/", "/profile/", "/chat/", "/api/v1/models/", "/api/v1/", "/nowhere/"]
)
def test_answers_are_for_one_person(alice_client: Client, url: str) -> None:
    assert alice_client.get(url)["Cache-Control"] == "private"


def test_a_view_may_forbid_more(alice_client: Client) -> None:
    assert "no-store" in alice_client.get("/tokens/")["Cache-Control"]
