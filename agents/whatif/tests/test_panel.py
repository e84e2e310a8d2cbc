"""The tab that prices a run's rules and takes its decisions again: what it says, and who may ask."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.earned.compute import report_make
from agents.earned.models import ReportState, RuleReport
from agents.tests.tape import wish
from agents.whatif.tests.conftest import traded
from runs.models import Run, RunState

# Seven open and close the request under its role, one is the run; the report and its rows are two.
QUERIES_OF_THE_TAB = 10


def url_of(run: Run, rest: str = "part/what-if/", **query: object) -> str:
    return f"/models/{run.model_id}/r/{run.number}/{rest}?{urlencode(query, doseq=True)}"


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def ask(client: Client, run: Run) -> None:
    response = client.post(url_of(run, "earned/"))
    assert (response.status_code, response["Location"]) == (
        302,
        f"/models/{run.model_id}/r/{run.number}/?tab=what-if#earned",
    )


def test_a_run_that_was_not_priced_offers_to_be(alice_client: Client, denied_run: Run) -> None:
    page = text_of(alice_client, url_of(denied_run))
    assert f'action="/models/{denied_run.model_id}/r/{denied_run.number}/earned/"' in page
    assert "Work it out" in page


def test_while_it_is_worked_out_the_tab_asks_again(alice_client: Client, denied_run: Run) -> None:
    ask(alice_client, denied_run)
    RuleReport.objects.update(state=ReportState.RUNNING, done=3, total=8)
    page = text_of(alice_client, url_of(denied_run))
    assert 'hx-trigger="every 1s"' in page
    assert 'value="3" max="8"' in page


def test_the_prices_are_shown_with_paths_and_links(
    alice: User, alice_client: Client, denied_run: Run
) -> None:
    ask(alice_client, denied_run)
    assert report_make(alice.pk, denied_run.pk)
    page = text_of(alice_client, url_of(denied_run))
    for words in (
        "same decisions, other rules",
        "position size",
        "−$600.00",
        "$10,800.00",
        "?tab=decisions&amp;step=2#decision",
        "buy 60 TEST",
        'data-chart="paths" data-source="earned-paths"',
        "without position size",
    ):
        assert words in page
    assert 'hx-trigger="every 1s"' not in page


def test_a_run_in_which_nothing_spoke_up_says_so(alice: User, alice_client: Client) -> None:
    run = traded(alice, {2: [wish("buy", 5)]}, *[100] * 4)
    ask(alice_client, run)
    report_make(alice.pk, run.pk)
    assert "every order passed" in text_of(alice_client, url_of(run))


def test_a_failure_is_told_in_words(alice_client: Client, denied_run: Run) -> None:
    ask(alice_client, denied_run)
    RuleReport.objects.update(state=ReportState.FAILED, problem="The bars are gone.")
    page = text_of(alice_client, url_of(denied_run))
    assert "The bars are gone." in page
    assert "Work it out again" in page


def test_the_address_holds_a_what_if(alice_client: Client, denied_run: Run) -> None:
    asked = {"without": "gate: position size", "fees": "per_trade", "fee_amount": "1"}
    page = text_of(alice_client, url_of(denied_run, "", tab="what-if", **asked))
    for words in (
        "What if: without the gate &#x27;position size&#x27;; fees $1 an order + 0 bp",
        "same decisions, other rules and fills and fees",
        "+$598.00",  # the 60 shares gain $600, the two orders cost a dollar each, of which one was free before
        "POSITION_SIZE",
        'data-source="what-if-paths"',
    ):
        assert words in page
    assert re.search(r'value="gate: position size"[^>]*checked', page)


def test_other_terms_need_no_javascript(alice_client: Client, denied_run: Run) -> None:
    form = text_of(alice_client, url_of(denied_run)).split('id="what-if"')[1].split("</form>")[0]
    assert 'method="get"' in form
    assert 'name="tab" value="what-if"' in form


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"without": "rule: Cap"}, "Select a valid choice"),
        ({"fees": "lots"}, "Select a valid choice"),
        ({"delay": "soon"}, "Enter a whole number"),
        ({"delay": "-5"}, "delay should be a whole number"),
        ({"slippage": "half_spread"}, "needs bid and ask"),
        ({"fees": "bps", "fee_amount": "-3"}, "fee_bps should be 0 or above"),
    ],
)
def test_nonsense_is_refused_on_the_page(
    alice_client: Client, denied_run: Run, asked: dict[str, str], words: str
) -> None:
    page = text_of(alice_client, url_of(denied_run, **asked))
    assert words in page
    assert "Both sides in figures" not in page


def test_a_very_long_run_is_left_to_the_command(
    alice_client: Client, denied_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.whatif.panel.MOST_STEPS", 5)
    page = text_of(alice_client, url_of(denied_run, without="gate: position size"))
    assert f"too many for a page. “manage.py whatif {denied_run.pk}” does it." in page


def test_a_run_under_way_is_not_priced(alice_client: Client, denied_run: Run) -> None:
    Run.objects.filter(pk=denied_run.pk).update(state=RunState.RUNNING)
    assert "once the run has traded and ended" in text_of(alice_client, url_of(denied_run))
    assert alice_client.post(url_of(denied_run, "earned/")).status_code == 409


def test_the_tab_costs_a_few_queries(alice: User, alice_client: Client, denied_run: Run) -> None:
    ask(alice_client, denied_run)
    report_make(alice.pk, denied_run.pk)
    text_of(alice_client, url_of(denied_run))
    with CaptureQueriesContext(connection) as captured:
        text_of(alice_client, url_of(denied_run))
    assert len(captured) == QUERIES_OF_THE_TAB


def test_a_stranger_sees_and_asks_nothing(charlie_client: Client, denied_run: Run) -> None:
    assert charlie_client.get(url_of(denied_run)).status_code == 403
    assert charlie_client.post(url_of(denied_run, "earned/")).status_code == 403
    assert not RuleReport.objects.exists()
