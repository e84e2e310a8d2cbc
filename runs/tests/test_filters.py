"""Typed filters, order and columns of the list of runs, all in its address; and the owner's own words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import UserError
from runs.models import Run, RunState
from runs.services import run_label
from runs.tests.factories import progressed, run_make, statistics_make

pytestmark = pytest.mark.django_db

ROW = re.compile(r'/models/\d+/r/(\d+)/">Run')


def numbers(client: Client, query: str) -> list[int]:
    response = client.get(f"/runs/?{query}")
    assert response.status_code == 200
    return [int(number) for number in ROW.findall(response.content.decode())]


@pytest.fixture
def runs(alice: User) -> list[Run]:
    """Equity of 10,100, 9,900, 10,300 and, still queued, none; 1 to 4."""
    made = []
    for equity, denied, symbols in (
        ("10100", 0, ["SPY"]),
        ("9900", 7, ["IBM"]),
        ("10300", 2, ["SPY", "IBM"]),
    ):
        run = progressed(run_make(alice, symbols=symbols), 390)
        run.equity, run.denial_count = Decimal(equity), denied
        run.save()
        statistics_make(run, max_drawdown=denied / 100)
        made.append(run)
    return [*made, run_make(alice)]


@pytest.mark.usefixtures("runs")
class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [4, 3, 2, 1]),
            ("f=return:min:1", [3, 1]),
            ("f=return:min:1.01", [3]),
            ("f=return:max:-1", [2]),
            ("f=denied:min:2&f=return:min:0", [3]),
            ("f=denied:min:7&f=return:min:3&match=any", [3, 2]),
            ("f=state:is:queued", [4]),
            ("f=state:not:queued", [3, 2, 1]),
            ("f=symbol:is:ibm", [3, 2]),
            ("f=symbol:not:IBM", [4, 1]),
            ("f=drawdown:min:5%25", [2]),
            ("f=day:from:2026-03-10", [4, 3, 2, 1]),
            ("f=day:until:2026-03-09", []),
            ("field=denied&test=is&value=7", [2]),
            ("f=denied:min:2&field=return&test=min&value=0", [3]),
        ],
    )
    def test_hold_together_or_one_by_one(self, alice_client: Client, query: str, found: list[int]) -> None:
        assert numbers(alice_client, query) == found

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("f=return:min:much", "Return wants a percentage such as 1.5, found &#x27;much&#x27;"),
            ("f=return:like:1", "Return can be tested by min, max"),
            ("f=luck:min:1", "Runs can be filtered by return"),
            ("f=state:is:odd", "State should be one of queued"),
            ("f=day:from:tomorrow", "Day wants a day such as 2026-03-10"),
            ("f=orders:min:nan", "Orders wants a number"),
            ("&".join(f"f=orders:min:{n}" for n in range(13)), "at most 12 filters"),
        ],
    )
    def test_senseless_ones_are_named(self, alice_client: Client, query: str, words: str) -> None:
        assert words in alice_client.get(f"/runs/?{query}").content.decode()

    def test_each_can_be_taken_away_by_a_link(self, alice_client: Client) -> None:
        page = alice_client.get("/runs/?f=denied:min:2&f=return:min:0").content.decode()
        assert "Denied at least 2" in page
        assert 'href="?f=return%3Amin%3A0"' in page

    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("-return", [3, 1, 2, 4]),
            ("return", [2, 1, 3, 4]),
            ("-denied", [2, 3, 4, 1]),
            ("started", [1, 2, 3, 4]),
            ("-nonsense", [4, 3, 2, 1]),
        ],
    )
    def test_the_order_is_the_addresss_and_undefined_comes_last(
        self, alice_client: Client, sort: str, found: list[int]
    ) -> None:
        assert numbers(alice_client, f"sort={sort}") == found

    def test_pinned_runs_stand_on_top(self, alice: User, alice_client: Client, runs: list[Run]) -> None:
        run_label(alice, runs[1].pk, is_pinned=True)
        assert numbers(alice_client, "sort=-return") == [2, 3, 1, 4]

    def test_chosen_columns_are_remembered(self, alice_client: Client) -> None:
        def shown(query: str) -> list[str]:
            page = alice_client.get(f"/runs/{query}").content.decode()
            return re.findall(r'data-label="([^"]+)"', page.split("<tbody>")[1].split("</tr>")[0])

        assert shown("?column=win_rate&column=fees") == ["Compare", "Win rate", "Fees"]
        assert shown("") == ["Compare", "Win rate", "Fees"]
        assert "Return" in shown("?column=return")

    def test_the_list_costs_the_same_queries_however_it_is_filtered(self, alice_client: Client) -> None:
        def queries(query: str) -> int:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                alice_client.get(f"/runs/?{query}")
            return len(seen)

        assert queries("") == queries("f=return:min:0&f=denied:max:9&sort=-return")


def test_a_stranger_filters_only_own_runs(runs: list[Run], charlie_client: Client) -> None:
    assert numbers(charlie_client, "f=denied:min:0&match=any") == []


class TestLabels:
    def test_only_what_is_given_changes(self, alice: User) -> None:
        run = run_make(alice)
        run_label(alice, run.pk, title=" Baseline ", tags=["Fed day", " fed  DAY", "x"], notes="Why?")
        run_label(alice, run.pk, is_pinned=True)
        run.refresh_from_db()
        assert (run.title, run.tags, run.notes, run.is_pinned) == ("Baseline", ["fed day", "x"], "Why?", True)
        assert run.state == RunState.QUEUED

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"title": "x" * 101}, "title"),
            ({"notes": "x" * 4001}, "notes"),
            ({"tags": ["x" * 31]}, "tags"),
            ({"tags": [str(n) for n in range(11)]}, "tags"),
        ],
    )
    def test_too_much_is_refused(self, alice: User, values: dict[str, Any], field: str) -> None:
        with pytest.raises(UserError) as refused:
            run_label(alice, run_make(alice).pk, **values)
        assert field in refused.value.fields

    def test_are_written_on_a_page_and_found_by_a_filter(self, alice: User, alice_client: Client) -> None:
        run = run_make(alice)
        url = f"/models/{run.model_id}/r/1/"
        sent = {"title": "<b>Odd</b>", "tags": "one, two", "notes": "first\nsecond", "is_pinned": "on"}
        assert alice_client.post(f"{url}edit/", sent).status_code == 302
        page = alice_client.get(url).content.decode()
        assert "&lt;b&gt;Odd" in page
        assert "first\nsecond" in page
        assert numbers(alice_client, "f=tag:is:two") == [1]
        assert numbers(alice_client, "f=notes:has:SECOND") == [1]
        alice_client.post(f"{url}pin/")
        assert not Run.objects.get(pk=run.pk).is_pinned

    def test_a_stranger_writes_nothing(self, alice: User, charlie_client: Client) -> None:
        run = run_make(alice)
        url = f"/models/{run.model_id}/r/1/"
        assert charlie_client.post(f"{url}edit/", {"title": "mine"}).status_code == 403
        assert charlie_client.post(f"{url}pin/").status_code == 403
        run.refresh_from_db()
        assert (run.title, run.is_pinned) == ("", False)

    def test_programs_write_them_too(self, alice: User, alice_client: Client) -> None:
        run = run_make(alice)
        url = f"/api/v1/runs/{run.pk}/"
        answer = alice_client.patch(url, {"title": "From a program", "tags": ["b", "a"]}, "application/json")
        assert (answer.json()["title"], answer.json()["tags"]) == ("From a program", ["a", "b"])
        for wrong in ({"tags": ["x" * 31]}, {"equity": "1"}, {"title": None}):
            assert alice_client.patch(url, wrong, "application/json").status_code == 400


def test_a_ranking_says_what_is_not_equal_about_its_runs(alice: User, alice_client: Client) -> None:
    def said(query: str) -> str:
        page = alice_client.get(f"/runs/?{query}").content.decode()
        found = re.search(r"not on equal terms:</strong> these runs differ in ([^.]+)\.", page)
        return found[1] if found else ""

    first, second = (progressed(run_make(alice), 390) for _ in range(2))
    for run in (first, second):
        statistics_make(run)
    assert said("sort=-return") == ""
    Run.objects.filter(pk=second.pk).update(initial_cash=50_000, symbols=["IBM"])
    assert said("sort=-return") == "starting cash, markets or days"
    assert said("sort=drawdown") == "starting cash, markets or days"
    assert said("sort=-started") == ""
    second.snapshot["execution"] = {"slippage": "none"}
    Run.objects.filter(pk=second.pk).update(snapshot=second.snapshot)
    assert "slippage" in said("sort=-return")
