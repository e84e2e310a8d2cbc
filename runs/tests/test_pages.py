"""The list of runs, the runs of a Model, and deleting one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from profiles.tests.factories import trading_model_make
from runs.models import Run, RunState
from runs.tests.factories import progressed, run_make, statistics_make

QUERIES_OF_THE_LIST = 12


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def finished(user: User, **fields: Any) -> Run:
    run = progressed(run_make(user, **fields), 390)
    statistics_make(run)
    return run


def test_a_run_is_a_line_with_its_result_beside_buy_and_hold(alice: User, alice_client: Client) -> None:
    run = finished(alice, symbols=["SPY", "IBM"])
    page = page_of(alice_client, "/runs/")
    for words in (
        f'href="/models/{run.model_id}/r/1/"',
        "Run 1",
        "SPY, IBM",
        "Tue 10 Mar 2026",
        "+0.84",
        "+0.51",
        "0.31",
    ):
        assert words in page
    assert "every 5s" not in page


def test_figures_that_are_not_known_are_dashes(alice: User, alice_client: Client) -> None:
    run_make(alice)
    line = page_of(alice_client, "/runs/").split("<tbody>")[1].split("</tbody>")[0]
    assert line.count("—") == 3
    assert "0.00" not in line


def test_a_list_with_a_run_under_way_asks_again(alice: User, alice_client: Client) -> None:
    progressed(run_make(alice), 195, total=390, state=RunState.RUNNING)
    page = page_of(alice_client, "/runs/")
    assert 'hx-trigger="every 5s"' in page
    assert "50\u202f%" in page


def test_without_runs_the_page_says_what_to_do_first(alice: User, alice_client: Client) -> None:
    page = page_of(alice_client, "/runs/")
    assert "No runs yet" in page
    assert "Choose a Model" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=failed", [2]),
        ("symbol=ibm", [1]),
        ("symbol=NONE", []),
        ("state=", [1, 2]),
        ("state=lucky", []),
    ],
)
def test_the_list_is_filtered_by_its_address(
    alice: User, alice_client: Client, query: str, shown: list[int]
) -> None:
    finished(alice, symbols=["SPY", "IBM"])
    run_make(alice, state=RunState.FAILED, failure_code="no_data")
    page = page_of(alice_client, f"/runs/?{query}")
    assert [number for number in (1, 2) if f">Run {number}<" in page] == shown


def test_the_list_costs_the_same_queries_for_any_number_of_runs(alice: User, alice_client: Client) -> None:
    finished(alice)
    page_of(alice_client, "/runs/")
    for _ in range(20):
        finished(alice)
    with CaptureQueriesContext(connection) as captured:
        page_of(alice_client, "/runs/")
    assert len(captured) == QUERIES_OF_THE_LIST


def test_a_long_list_has_pages_that_keep_the_filter(alice: User, alice_client: Client) -> None:
    model = trading_model_make(alice)
    for _ in range(51):
        run_make(alice, model, state=RunState.STOPPED)
    page = page_of(alice_client, "/runs/?state=stopped")
    assert "1–50 of 51" in page
    assert "?state=stopped&amp;page=2" in page
    assert ">Run 1<" in page_of(alice_client, "/runs/?state=stopped&page=2")


def test_a_models_runs_are_a_fragment_for_its_page_and_a_list_for_a_browser(
    alice: User, alice_client: Client
) -> None:
    run = finished(alice)
    other = run_make(alice, trading_model_make(alice, "Another"))
    url = f"/models/{run.model_id}/runs/"
    fragment = alice_client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f"/models/{run.model_id}/r/1/" in fragment
    assert f"/models/{other.model_id}/r/1/" not in fragment
    assert alice_client.get(url)["Location"] == f"/runs/?model={run.model_id}"


def test_a_models_page_shows_its_runs_and_limits(alice: User, alice_client: Client) -> None:
    run = finished(alice)
    page = page_of(alice_client, f"/models/{run.model_id}/")
    assert f'href="/models/{run.model_id}/r/1/"' in page
    assert "Effective limits" in page
    assert "a stricter one holds" in page
    assert f'data-live-topics="model:{run.model_id}"' in page


def test_the_list_of_models_says_how_each_did_last(alice: User, alice_client: Client) -> None:
    finished(alice)
    newest = finished(alice)
    trading_model_make(alice, "Never ran")
    page = page_of(alice_client, "/models/")
    assert f'href="/models/{newest.model_id}/r/2/"' in page
    assert f'href="/models/{newest.model_id}/r/1/"' not in page
    assert "none yet" in page


def test_deleting_asks_first_and_never_frees_the_number(alice: User, alice_client: Client) -> None:
    run = finished(alice)
    url = f"/models/{run.model_id}/r/1/"
    assert "The number 1 is not used again" in page_of(alice_client, f"{url}delete/")
    assert alice_client.post(f"{url}delete/")["Location"] == f"/models/{run.model_id}/"
    assert alice_client.get(url).status_code == 403
    assert "No runs yet" in page_of(alice_client, "/runs/")
    assert run_make(alice, run.model).number == 2


def test_a_run_under_way_is_not_deleted(alice: User, alice_client: Client) -> None:
    run = run_make(alice)
    response = alice_client.post(f"/models/{run.model_id}/r/1/delete/")
    assert response.status_code == 409
    assert "Stop it before you delete it" in response.content.decode()
    assert Run.objects.get().deleted_at is None
