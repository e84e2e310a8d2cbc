"""Instruments and bars over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from market.importing.options import ImportOptions
from market.services import bars_import
from market.tests.files import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def spy(tmp_path: Path) -> None:
    lines = [f"SPY,2015-12-23T14:{minute}:00Z,{price},{price},{price},{price},5" for minute, price in
             ((30, 11), (31, 12), (32, 13))]  # fmt: skip
    bars_import(write(tmp_path / "some.csv", lines), ImportOptions())


def got(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1{address}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_nobody_reads_without_being_logged_in(client: Client) -> None:
    assert client.get("/api/v1/instruments/").status_code == 403


@pytest.mark.usefixtures("spy")
class TestInstruments:
    def test_are_found_by_a_part_of_their_symbol(self, alice_client: Client) -> None:
        assert [row["symbol"] for row in got(alice_client, "/instruments/?q=sp")["results"]] == ["SPY"]
        assert got(alice_client, "/instruments/?q=nothing")["results"] == []

    def test_name_the_days_that_a_run_can_choose(self, alice_client: Client) -> None:
        assert got(alice_client, "/instruments/spy/")["minute_days"] == ["2015-12-23"]

    def test_bars_are_pages_that_go_on_where_the_last_one_ended(self, alice_client: Client) -> None:
        first = got(alice_client, "/instruments/SPY/bars/?start=2015-12-23T00:00:00Z&limit=2")
        assert [bar["close"] for bar in first["bars"]] == [11, 12]
        assert first["next_start"] == "2015-12-23T14:32:00+00:00"
        start = first["next_start"].replace("+", "%2B")
        rest = got(alice_client, f"/instruments/SPY/bars/?start={start}&limit=2")
        assert rest["bars"] == [
            {
                "start": "2015-12-23T14:32:00+00:00",
                "open": 13,
                "high": 13,
                "low": 13,
                "close": 13,
                "volume": 5,
            }
        ]
        assert rest["next_start"] is None

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "start"),
            ("?start=yesterday", "start"),
            ("?start=2015-12-23T00:00:00Z&limit=0", "limit"),
            ("?start=2015-12-23T00:00:00Z&timeframe=hour", "timeframe"),
        ],
    )
    def test_senseless_questions_are_refused(self, alice_client: Client, query: str, field: str) -> None:
        answer = alice_client.get(f"/api/v1/instruments/SPY/bars/{query}")
        assert answer.status_code == 400
        assert field in answer.json()["error"]["fields"]

    def test_an_unknown_symbol_names_close_ones(self, alice_client: Client) -> None:
        answer = alice_client.get("/api/v1/instruments/SPX/")
        assert answer.status_code == 400
        assert "SPY" in answer.json()["error"]["message"]
