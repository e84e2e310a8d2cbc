"""Verdicts, calls and the audit on the page of a run: what they list, how they are narrowed, and what they lead to."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.foreground import session_run
from agents.llm.fake.server import FakeServer
from agents.tests.factories import finished_run
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from reasoning import audit
from reasoning.calls.models import LLMCall
from reasoning.tests.factories import POSITION_SIZE, entry_of
from reasoning.verify import Place
from runs.models import Run, RunState
from trading.types import Outcome

BARS = 12


def part(client: Client, run: Run, rest: str, status: int = 200) -> str:
    response = client.get(f"/models/{run.model_id}/r/{run.number}/part/{rest}")
    assert response.status_code == status
    return html.unescape(response.content.decode())


@pytest.fixture
def run(alice: User) -> Run:
    """Made of rows: seven denials of a gate, one order that a rule made smaller, one trading halt."""
    run = finished_run(alice, steps=400)
    smaller = POSITION_SIZE | {"effect": "resized", "asked": 10, "given": 4, "source": "rule 3", "version": 2}
    halt = POSITION_SIZE | {"code": "HALT", "effect": "stopped", "intent": None, "source": "rule 4"}
    entry_of(run, 401, Outcome.ORDERED, verdicts=[smaller]).save()
    entry_of(run, 402, verdicts=[halt]).save()
    return run


def test_verdicts_are_counted_by_rule_and_narrowed_to_one(alice_client: Client, run: Run) -> None:
    page = part(alice_client, run, "verdicts/")
    counts = page.split("<tbody>")[1].split("</tbody>")[0]
    found = re.findall(r'mono">(\w+)<.*?From">([^<]+)<.*?it did">(\w+)<.*?Times">(\d+)<', counts, re.DOTALL)
    assert found == [
        ("POSITION_SIZE", "gate", "denied", "7"),
        ("POSITION_SIZE", "rule 3", "resized", "1"),
        ("HALT", "rule 4", "stopped", "1"),
    ]
    assert page.count("Open the decision at step") == 9
    assert "resized from 10 to 4 shares" in page
    assert "?tab=decisions&step=51#decision" in page
    narrow = part(alice_client, run, "verdicts/?source=rule 3&code=POSITION_SIZE")
    assert narrow.count("Open the decision at step") == 1
    assert "version 2" in narrow
    assert "No verdict matches" in part(alice_client, run, "verdicts/?code=NO_SUCH")


def test_holds_are_folded_away(alice_client: Client, run: Run) -> None:
    page = part(alice_client, run, "decisions/?outcome=not-held")
    assert page.count("Open the decision at step") == 19 + 7 + 1 + 1
    assert ">all but holds" in page


def test_bars_at_which_nobody_was_asked_are_left_out_and_counted(alice: User, alice_client: Client) -> None:
    run = finished_run(alice, steps=40)
    assert ">asked" not in part(alice_client, run, "decisions/"), "there is nothing to leave out"
    Run.objects.filter(pk=run.pk).update(log_count=100)  # there is a file to take
    for step in range(41, 101):
        entry_of(run, step, Outcome.SKIPPED).save()
    page = part(alice_client, run, "decisions/")
    assert page.count("Open the decision at step") == 40
    assert "60 skipped, where nobody was asked, are left out" in page
    assert 'outcome=asked" aria-current="true">asked <span class="num muted">40<' in page
    assert 'outcome=asked" download>These as CSV' in page, "the file has what the table has"
    whole = part(alice_client, run, "decisions/?outcome=all")
    assert whole.count("Open the decision at step") == 50, "a page of them"
    assert "left out" not in whole
    around = part(alice_client, run, "decisions/?step=70")
    assert around.count("Open the decision at step") == 40, "those before a skipped step that is looked at"
    assert part(alice_client, run, "decisions/?q=Nothing+such").count("No decision matches") == 1


@pytest.fixture
def asked(alice: User, fakellm: FakeServer) -> Run:
    """A session of twelve bars through the real journal: a call each, a plan, two analyses and a reflection."""
    bars_make(left_out=range(BARS, 390))
    with acting_as(alice.pk):
        endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    params = {"analysis_every": 5}
    run = session_run(alice, request_make(model_make(alice), "llm", decider_params=params), lambda run: None)
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED, run.failure_message
    return run


def test_calls_are_listed_with_what_they_took_and_opened_whole(
    alice_client: Client, charlie_client: Client, asked: Run
) -> None:
    url = f"/models/{asked.model_id}/r/{asked.number}/part/calls/"
    with CaptureQueriesContext(connection) as few:
        page = part(alice_client, asked, "calls/")
    assert page.count('data-label="Latency"') == BARS + 4
    with CaptureQueriesContext(connection) as one:
        assert part(alice_client, asked, "calls/?kind=plan").count('data-label="Latency"') == 1
    assert len(few) == len(one), "the same queries for any number of calls"
    assert "No such call" in part(alice_client, asked, "calls/?kind=failed")
    assert "kind should be one of" in part(alice_client, asked, "calls/?kind=luck", status=400)
    call = LLMCall.objects.filter(run=asked, step=3).first()
    assert call is not None
    opened = part(alice_client, asked, f"calls/?call={call.pk}")
    assert "Request: system" in opened
    assert call.request_hash in opened
    assert "?tab=decisions&step=3#decision" in opened
    assert charlie_client.get(f"{url}?call={call.pk}").status_code == 403
    part(alice_client, asked, f"calls/?call={call.pk + 1000}", status=403)


def checked(client: Client, run: Run) -> list[str]:
    """The answers of a check as a browser asks for them, part by part."""
    answers = [part(client, run, "audit/?check=start")]
    while found := re.search(r'hx-get="[^"]*/part/(audit/\?check=[^"]+)"', answers[-1]):
        answers.append(part(client, run, found[1]))
    return answers


def test_the_log_is_checked_part_by_part(
    alice_client: Client, asked: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Check the log" in part(alice_client, asked, "audit/")
    monkeypatch.setattr(audit, "RECORDS_A_PART", 5)
    *on_the_way, last = checked(alice_client, asked)
    assert [re.search(r'value="(\d+)" max="16"', text)[1] for text in on_the_way] == ["5", "10", "15"]  # type: ignore[index]
    assert "Whole: 16 of 16 records" in last
    assert asked.log_head in last


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        ("UPDATE reasoning_entry SET content = 'I knew' WHERE run_id = %s AND seq = 7", "Broken at record 7"),
        ("DELETE FROM reasoning_entry WHERE run_id = %s AND seq > 14", "Broken at record 15"),
        ("UPDATE runs_run SET log_count = 15 WHERE id = %s", "Broken at record 16"),
        (
            "UPDATE reasoning_llmcall SET response_model = '', answer = '\\x789c030000000001' WHERE run_id = %s",
            "its answer",
        ),
        ("UPDATE runs_run SET snapshot_hash = 'x' WHERE id = %s", "snapshot was changed"),
    ],
)
def test_a_log_that_was_touched_breaks_at_its_place(
    alice_client: Client, asked: Run, monkeypatch: pytest.MonkeyPatch, tamper: str, words: str
) -> None:
    monkeypatch.setattr(audit, "RECORDS_A_PART", 5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("reasoning_entry", "reasoning_llmcall"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(tamper, [asked.pk])
    assert words in checked(alice_client, asked)[-1]


def test_a_check_can_not_be_begun_in_the_middle(alice_client: Client, alice: User, run: Run) -> None:
    assert "start it again" in part(alice_client, run, "audit/?check=400", status=400)
    other = finished_run(alice, steps=60)
    foreign = audit.token_of(other, Place(400, "x"))
    assert "start it again" in part(alice_client, run, f"audit/?check={foreign}", status=400)
