"""The page of a run: what it says, what it costs, and how it follows a run that moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.tests.factories import finished_run
from core.errors import FORBIDDEN_MESSAGE
from reasoning.tests.factories import entry_of
from runs.models import Run, RunState
from runs.tests.factories import run_make

# Four of these open the request: the session, its user, whose turn it is, and the user's zone.
QUERIES_OF_THE_PAGE = 24
QUERIES_OF_THE_STATE = 18
LARGEST_PAGE, LARGEST_PAGE_OF_ALL = 120_000, 300_000  # bytes


def url_of(run: Run, rest: str = "") -> str:
    return f"/models/{run.model_id}/r/{run.number}/{rest}"


def text_of(client: Client, url: str, status: int = 200, **headers: Any) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def run(alice: User) -> Run:
    return finished_run(alice, steps=400)


def queries(client: Client, url: str) -> int:
    client.get(url)  # the first request fills caches that last as long as the process
    with CaptureQueriesContext(connection) as captured:
        text_of(client, url)
    return len(captured)


def test_the_page_costs_the_same_few_queries_however_long_the_run(
    alice: User, alice_client: Client, run: Run
) -> None:
    short = finished_run(alice, steps=60)
    assert queries(alice_client, url_of(run)) == QUERIES_OF_THE_PAGE
    assert queries(alice_client, url_of(short)) == QUERIES_OF_THE_PAGE
    assert queries(alice_client, url_of(run, "state/")) == QUERIES_OF_THE_STATE


def test_the_page_of_a_long_run_is_not_heavy(alice_client: Client, run: Run) -> None:
    assert len(alice_client.get(url_of(run)).content) < LARGEST_PAGE


def test_the_page_of_a_very_long_run_is_thinned_and_says_so(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=6_000)
    page = text_of(alice_client, url_of(run))
    assert len(page.encode()) < LARGEST_PAGE_OF_ALL
    assert "every high and low of 6,000 steps" in page
    assert "a candle holds 6 bars" in page
    assert len(text_of(alice_client, url_of(run, "state/")).encode()) < LARGEST_PAGE_OF_ALL


@pytest.mark.parametrize(
    "tab",
    [
        "decisions", "orders", "round-trips", "verdicts", "notices", "what-if", "statistics", "limits", "calls",
        "equity", "snapshot", "audit", "events", "export",
    ],
)  # fmt: skip
def test_every_tab_is_an_address_of_its_own(alice_client: Client, run: Run, tab: str) -> None:
    page = text_of(alice_client, url_of(run, f"?tab={tab}"))
    assert "<!doctype html>" in page
    assert f'href="{url_of(run)}?tab={tab}" aria-current="true"' in page
    fragment = text_of(alice_client, url_of(run, f"tab/{tab}/"))
    assert "<!doctype html>" not in fragment
    assert f"tab={tab}" in fragment
    assert "<nav" not in text_of(alice_client, url_of(run, f"part/{tab}/")).split("<section")[0]


def test_the_head_says_what_the_figures_stand_on(alice_client: Client, run: Run) -> None:
    page = text_of(alice_client, url_of(run))
    for words in (
        "400/400",
        "Moving-average cross",
        "decided 399 of 400 steps",
        "coverage 100.0",
        "dddddddd",
        "1 without an answer",
    ):
        assert words in page
    assert 'data-live="done"' in page
    assert "hx-trigger" not in page.split('id="run-state"')[1].split(">")[0]


def test_the_result_stands_beside_buy_and_hold(alice_client: Client, run: Run) -> None:
    box = text_of(alice_client, url_of(run)).split("<h2>Result</h2>")[1].split("</section>")[0]
    for words in (
        "$10,000.00",
        "0.00",
        "$6.65",
        "TEST",
        "+10",
        "+$5.00",
    ):  # 19 fills of $0.35; 10 × (100.52 − 100.02)
        assert words in box


def test_a_denial_names_its_limit_the_attempt_and_the_source(alice_client: Client, run: Run) -> None:
    page = text_of(alice_client, url_of(run, "?step=51"))
    for words in (
        "POSITION_SIZE",
        "TEST would be 62 % of equity",
        "attempted 62 %",
        "limit 50 %",
        "from gate",
        "buy 10 TEST",
    ):
        assert words in page


def test_an_order_leads_from_its_decision_to_its_fill_and_back(alice_client: Client, run: Run) -> None:
    page = text_of(alice_client, url_of(run, "?tab=decisions&step=20"))
    for words in ("Step 20", "Order 1", "10 @ 100.02", "bar 100.01"):
        assert words in page
    assert "?tab=decisions&amp;step=20#decision" in text_of(alice_client, url_of(run, "?tab=orders"))


def test_what_the_broker_had_to_say_stands_with_the_decision(
    alice: User, alice_client: Client, run: Run
) -> None:
    notice = {
        "code": "MARGIN_CALL",
        "message": "Equity is $900 below maintenance.",
        "symbol": "",
        "amount": None,
    }
    entry_of(run, 401, notices=[notice]).save()
    page = text_of(alice_client, url_of(run, "?step=401"))
    assert "MARGIN_CALL" in page
    assert "Equity is $900 below maintenance." in page


def test_a_step_that_was_not_taken_is_said_to_be_none(alice_client: Client, run: Run) -> None:
    assert "no decision at step 999" in text_of(alice_client, url_of(run, "?step=999"))


@pytest.mark.parametrize(
    ("query", "shown", "not_shown"),
    [
        ("outcome=denied", 7, "the range is broken"),
        ("outcome=failed", 1, "POSITION_SIZE"),
        ("q=position_size", 7, "timeout"),
        ("q=step+123%3A", 1, "POSITION_SIZE"),
        ("q=timeout", 1, "POSITION_SIZE"),
        ("symbol=test", 26, "timeout"),
        ("symbol=OTHER", 0, "POSITION_SIZE"),
        ("q=%00", 50, "POSITION_SIZE_"),
    ],
)
def test_decisions_are_found_by_outcome_symbol_and_words(
    alice_client: Client, run: Run, query: str, shown: int, not_shown: str
) -> None:
    part = text_of(alice_client, url_of(run, f"part/decisions/?{query}"))
    assert part.count("Open the decision at step") == shown
    assert not_shown not in part


def test_outcomes_are_counted(alice_client: Client, run: Run) -> None:
    words = " ".join(text_of(alice_client, url_of(run)).split("outcome-line")[1].split("</nav>")[0].split())
    for outcome, count in (("all", 400), ("ordered", 19), ("denied", 7), ("failed", 1), ("held", 373)):
        assert f'>{outcome} <span class="num muted">{count}<' in words


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("outcome=lucky", "Outcome should be one of"),
        ("step=x", "step should be a whole number"),
        ("before=-1", "before"),
    ],
)
def test_a_senseless_query_is_refused_in_words(
    alice_client: Client, run: Run, query: str, message: str
) -> None:
    assert message in text_of(alice_client, url_of(run, f"?{query}"), status=400)


def test_a_tab_that_there_is_not_is_refused_like_a_foreign_one(alice_client: Client, run: Run) -> None:
    for rest in ("?tab=secrets", "tab/secrets/", "part/secrets/"):
        page = text_of(alice_client, url_of(run, rest), status=403)
        assert FORBIDDEN_MESSAGE.replace("'", "&#x27;") in page


def test_a_running_run_is_followed_and_can_be_stopped(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=100, state=RunState.RUNNING)
    Run.objects.filter(pk=run.pk).update(steps_total=390)
    page = text_of(alice_client, url_of(run))
    assert f'data-live-topics="run:{run.pk}"' in page
    assert 'value="100" max="390"' in page
    assert page.count('hx-trigger="live from:body') == 2  # the head with its parts, and the tab
    assert f'action="{url_of(run)}stop/"' in page


def test_the_state_brings_head_result_and_chart_from_one_look(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=100, state=RunState.RUNNING)
    fragment = text_of(alice_client, url_of(run, "state/"))
    for part in ("run-facts", "run-side-now", "run-data-charts"):
        assert f'id="{part}" hx-swap-oob="innerHTML"' in fragment
    # The button under somebody's finger is not replaced while it is of use.
    assert 'id="run-actions"' not in fragment


def test_the_end_takes_the_stop_button_and_tells_the_tab(alice_client: Client, run: Run) -> None:
    response = alice_client.get(url_of(run, "state/"))
    assert 'id="run-actions"' in response.content.decode()
    assert 'data-live="done"' in response.content.decode()
    assert response["HX-Trigger-After-Settle"] == "run-ended"


def test_stop_works_without_javascript_and_says_stopping(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=100, state=RunState.RUNNING)
    response = alice_client.post(url_of(run, "stop/"))
    assert (response.status_code, response["Location"]) == (302, url_of(run))
    page = text_of(alice_client, url_of(run))
    assert "Stopping…" in page
    assert "stop/" not in page
    assert alice_client.get(url_of(run, "stop/")).status_code == 405


def test_a_stopped_run_says_up_to_which_step_its_figures_go(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=100, state=RunState.STOPPED)
    assert "figures as of step 100" in text_of(alice_client, url_of(run))
    assert "As of step 100" in text_of(alice_client, url_of(run, "?tab=statistics"))


def test_a_running_run_has_statistics_as_of_its_last_step(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=100, state=RunState.RUNNING)
    page = text_of(alice_client, url_of(run, "?tab=statistics"))
    assert "As of step 100" in page
    assert "Equity points" in page


def test_a_failed_run_says_why_before_anything_else(alice: User, alice_client: Client) -> None:
    message = "No data: there are no regular session bars of TEST for 2026-03-10."
    run = run_make(alice, state=RunState.FAILED, failure_code="no_data", failure_message=message)
    page = text_of(alice_client, url_of(run))
    assert message in page
    assert "no_data" in page
    assert page.index(message) < page.index("Nothing was traded")
    assert "—" in page.split("<h2>Result</h2>")[1].split("</section>")[0]


def test_a_queued_run_shows_nothing_it_does_not_know(alice: User, alice_client: Client) -> None:
    page = text_of(alice_client, url_of(run_make(alice)))
    assert "queued" in page
    assert "No decisions yet" in page


def test_reasoning_is_text_and_never_a_request(alice: User, alice_client: Client, run: Run) -> None:
    evil = '<script>alert(1)</script><div hx-get="/logout/" hx-trigger="load">'
    entry_of(run, 401, content=evil).save()
    page = text_of(alice_client, url_of(run, "?step=401"))
    assert "&lt;script&gt;alert(1)" in page
    assert evil not in page
