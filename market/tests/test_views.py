"""Pages of the market: what is stored, how whole it is, what imports found."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from market.importing.options import ImportOptions
from market.services import bars_import
from market.tests.files import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def spy(tmp_path: Path) -> None:
    """The early close of 2015-12-24 is whole; of the 23rd two minutes are there, of the 22nd none."""
    whole = [f"SPY,2015-12-24T{(870 + k) // 60}:{(870 + k) % 60:02}:00Z,20,21,19,20.5,5" for k in range(210)]
    some = [f"SPY,2015-12-23T14:{minute}:00Z,11,11,11,11,5" for minute in (30, 31)]
    bad = ["SPY,2015-12-23T14:33:00Z,11,10,12,11,5"]  # its high is below its low
    bars_import(write(tmp_path / "secret-folder.csv", [*some, *bad, *whole]), ImportOptions())


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("spy")
class TestPages:
    def test_instruments_are_found_by_a_part_of_their_symbol(self, alice_client: Client) -> None:
        assert 'href="/market/SPY/"' in page_of(alice_client, "/market/?q=sp")
        assert "23 – 24 Dec 2015" in page_of(alice_client, "/market/")
        assert "Nothing found" in page_of(alice_client, "/market/?q=%3Cscript%3E")

    def test_a_calendar_tells_whole_days_from_others(self, alice_client: Client) -> None:
        page = page_of(alice_client, "/market/spy/")
        assert "210 of 210 minutes" in page
        assert "2 of 390 minutes" in page
        days = {
            part.split("day=")[1][:10]: part.split(" ")[0]
            for part in page.split('<li class="')[1:]
            if "day=" in part
        }
        assert days["2015-12-24"] == "is-whole"
        assert days["2015-12-23"] == "is-part"
        assert days["2015-12-22"] == "is-none"
        assert "2015-12-25" not in days, "a holiday"

    def test_the_newest_day_is_drawn_unless_another_is_asked_for(self, alice_client: Client) -> None:
        assert "210 bars" in page_of(alice_client, "/market/SPY/")
        assert "2 bars" in page_of(alice_client, "/market/SPY/?day=2015-12-23")
        assert "No minute bars" in page_of(alice_client, "/market/SPY/?day=2015-12-22")

    def test_what_the_checks_found_is_told_without_the_operators_folders(
        self, alice_client: Client, tmp_path: Path
    ) -> None:
        page = page_of(alice_client, "/market/SPY/")
        assert "secret-folder.csv" in page
        assert str(tmp_path) not in page
        assert "1 refused" in page
        assert "line 4" in page

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("day=soon", "Day should be like"),
            ("session=night", "Session should be one of"),
            ("day=2015-12-25", "has no regular session"),
        ],
    )
    def test_senseless_questions_are_answered_in_words(
        self, alice_client: Client, query: str, words: str
    ) -> None:
        response = alice_client.get(f"/market/SPY/?{query}")
        assert response.status_code == 400
        assert words in response.content.decode()

    def test_imports_are_listed_with_what_the_checks_found(
        self, alice_client: Client, tmp_path: Path
    ) -> None:
        page = page_of(alice_client, "/imports/")
        assert "secret-folder.csv" in page
        assert str(tmp_path) not in page
        assert "SPY: 388 of 390 (09:32" in page
        assert "missing minutes" in page

    def test_the_list_costs_few_queries(self, alice_client: Client) -> None:
        with CaptureQueriesContext(connection) as seen:
            alice_client.get("/market/")
        assert len(seen) == 10


def test_an_empty_market_says_how_to_fill_it(alice_client: Client) -> None:
    assert "import_bars" in page_of(alice_client, "/market/")


def test_nobody_reads_without_being_logged_in(client: Client) -> None:
    assert client.get("/market/").status_code == 302
