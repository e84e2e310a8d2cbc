"""A comparison over the API says what the page says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.tests.factories import finished_run
from agents.tests.tape import minutes, trade, trader, wish
from runs.models import Run


@pytest.fixture
def runs(alice: User) -> list[Run]:
    """10 shares from step 2 on, and 20 from step 3 on, while the price goes from 100 to 110."""
    minutes(*[100] * 5, *[110] * 5)
    model = trader(alice)
    return [trade(alice, model, {2: [wish("buy", 10)]}), trade(alice, model, {3: [wish("buy", 20)]})]


def asked(client: APIClient, query: str, status: int = 200) -> Any:
    response = client.get(f"/api/v1/compare/{query}")
    assert response.status_code == status, response.content
    return response.json()


def test_runs_are_compared_in_the_order_asked(alice: User, api_client: APIClient, runs: list[Run]) -> None:
    api_client.force_login(alice)
    one, other = runs
    found = asked(api_client, f"?runs={other.pk},{one.pk}")

    assert [run["id"] for run in found["runs"]] == [other.pk, one.pk]
    assert found["unequal"] == []
    profit = next(figure for figure in found["figures"] if figure["name"] == "profit")
    assert (profit["values"], profit["best"]) == ([200, 100], [0])
    assert [item["label"] for item in found["differences"]] == ["Script"]
    assert [line["key"] for line in found["equity"]["lines"]] == [0, 1, 2]
    assert found["decisions"]["rows"][0]["wants"] == ["hold", "buy 10 TEST"]
    assert (found["decisions"]["steps"], found["decisions"]["disagreed"]) == (2, 2)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "2 to 6 runs"),
        ("?runs=1", "2 to 6 runs"),
        ("?runs=a,b", "ids of runs"),
        ("?runs=1,2&page=x", "page"),
    ],
)
def test_nonsense_is_refused_in_words(alice: User, api_client: APIClient, query: str, words: str) -> None:
    if "page" in query:
        query = f"?runs={finished_run(alice, 30).pk},{finished_run(alice, 30).pk}&page=x"
    api_client.force_login(alice)
    assert words in asked(api_client, query, status=400)["error"]["message"]


def test_a_stranger_compares_nothing(charlie: User, api_client: APIClient, runs: list[Run]) -> None:
    api_client.force_login(charlie)
    asked(api_client, f"?runs={runs[0].pk},{runs[1].pk}", status=403)
