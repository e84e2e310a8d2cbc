"""A session through the real journal and a scripted endpoint: everything asked is on record, shown, and provable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from agents.foreground import session_run
from agents.llm.fake.server import FakeServer
from agents.replay import differences, replay
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import is_request_intact, request_of
from reasoning.export import log_lines, log_verify
from reasoning.logfile import file_verify
from reasoning.models import Entry
from reasoning.ties import ties_of
from runs.models import Run, RunState

BARS = 12
Trade = Callable[..., Run]


@pytest.fixture
def trade(alice: User, fakellm: FakeServer) -> Trade:
    bars_make(left_out=range(BARS, 390))
    model = model_make(alice)

    def trade(ai_model: str = "scripted", **params: Any) -> Run:
        with acting_as(alice.pk):
            endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=[ai_model])
        params = {"analysis_every": 5, **params}
        run = session_run(alice, request_make(model, "llm", decider_params=params), lambda run: None)
        run.refresh_from_db()
        assert run.state == RunState.COMPLETED, run.pause_message or run.failure_message
        return run

    return trade


def test_every_request_can_be_rebuilt_and_fits_the_log(trade: Trade, fakellm: FakeServer) -> None:
    run = trade()
    calls = list(LLMCall.objects.filter(run=run).order_by("pk"))
    assert len(calls) == len(fakellm.state.requests) == BARS + 1 + 2 + 1
    assert [request_of(call) for call in calls] == list(fakellm.state.requests)
    assert all(is_request_intact(call) for call in calls)
    found = log_verify(run)
    assert (found.is_whole, found.count) == (True, BARS + 4)
    ties = [tie for entry in Entry.objects.filter(run=run) for tie in ties_of({"context": entry.context})]
    assert {tie.call for tie in ties} == {call.pk for call in calls}
    assert differences(run, replay(run)) == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "UPDATE reasoning_llmcall SET answer = '\\x789c030000000001' WHERE id = %s",
            "its answer doesn't give",
        ),
        (
            "UPDATE reasoning_llmcall SET request_skeleton = jsonb_set(request_skeleton, '{model}', '\"gpt\"')"
            " WHERE id = %s",
            "its request doesn't give",
        ),
        ("DELETE FROM reasoning_llmcall WHERE id = %s", "is missing"),
    ],
)
def test_a_call_that_was_touched_is_named_with_its_record(trade: Trade, sql: str, words: str) -> None:
    run = trade()
    entry = Entry.objects.get(run=run, kind="decision", step=3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reasoning_llmcall DISABLE TRIGGER USER")
        cursor.execute(sql, [ties_of({"context": entry.context})[0].call])
        cursor.execute("ALTER TABLE reasoning_llmcall ENABLE TRIGGER USER")
    found = log_verify(run)
    assert (found.broken_at, found.problem.endswith(f"{words} its hash.") or words in found.problem) == (
        entry.seq,
        True,
    )


def test_the_export_holds_requests_and_answers_and_is_checked_alone(trade: Trade, tmp_path: Path) -> None:
    run = trade()
    lines = list(log_lines(run))
    assert file_verify(lines)[1].count == BARS + 4
    touched = [line.replace("You trade one paper account", "You trade real money") for line in lines]
    assert "its request doesn't give its hash" in file_verify(touched)[1].problem
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(lines[:-1]))
    with pytest.raises(CommandError, match="is cut off"):
        call_command("verify_run", file=file)


def test_the_page_shows_thoughts_requests_and_answers(trade: Trade, alice_client: Client) -> None:
    run = trade()
    url = f"/models/{run.model_id}/r/{run.number}/"
    page = alice_client.get(url).content.decode()
    assert "What it thought" in page
    assert "before the first bar" in page
    assert re.search(r"<strong>scripted</strong> decided 100.?% of 12 steps", page)
    opened = alice_client.get(f"{url}?tab=decisions&step=3").content.decode()
    assert "Request: system" in opened
    assert "You trade one paper account in TEST." in opened
    assert "asked because" in opened
    assert "tokens in" in opened
    assert "cost unknown" in opened


def test_gaps_stand_beside_the_name_of_a_run_wherever_it_stands(trade: Trade, alice_client: Client) -> None:
    run = trade("scripted:prose", every=4)
    assert (run.asked_count, run.failed_count) == (3, 3)
    words = "3 without an answer, 9 skipped"
    page = alice_client.get(f"/models/{run.model_id}/r/{run.number}/").content.decode()
    assert "decided 0 of 3 asked" in page
    assert "of 12 steps" not in page
    urls = ["/", "/runs/", f"/models/{run.model_id}/", f"/models/{run.model_id}/r/{run.number}/"]
    assert [words in alice_client.get(url, follow=True).content.decode() for url in urls] == [True] * 4


def test_the_page_says_how_often_it_would_have_acted_on_skipped_bars(
    trade: Trade, alice_client: Client
) -> None:
    run = trade(every=4, shade_rate=1.0, on_fill=False, on_event=False)
    page = alice_client.get(f"/models/{run.model_id}/r/{run.number}/").content.decode()
    shaded = Entry.objects.filter(run=run, context__has_key="shade_acted").count()
    assert shaded == 9
    assert f"Of {shaded} skipped bars that were asked about without trading, it would have acted at" in page


def test_the_log_is_downloaded_as_the_file_that_can_be_checked(trade: Trade, alice_client: Client) -> None:
    run = trade()
    url = f"/models/{run.model_id}/r/{run.number}/"
    page = alice_client.get(url).content.decode()
    assert f'href="{url}log.jsonl"' in page
    assert run.log_head in page
    response = alice_client.get(f"{url}log.jsonl")
    assert response["Content-Disposition"] == f'attachment; filename="run-{run.pk}-log.jsonl"'
    header, found = file_verify(response.content.decode().split("\n"))
    assert (header["head"], found.is_whole, found.count) == (run.log_head, True, BARS + 4)


def test_what_it_thought_is_found_by_its_type(trade: Trade, alice_client: Client) -> None:
    run = trade()
    address = f"/models/{run.model_id}/r/{run.number}/part/decisions/"

    def kinds(query: str) -> list[str]:
        rows = alice_client.get(address + query).content.decode().split("<tbody>")
        return re.findall(r'class="tag(?: tag-\w+)?">(\w+)</span>', rows[1]) if len(rows) > 1 else []

    assert kinds("?type=plan") == ["plan"]
    assert kinds("?type=analysis") == ["analysis"] * 2
    assert len(kinds("?type=all")) == BARS + 4
    assert set(kinds("?type=decision")) <= {"held", "ordered"}
    assert kinds("?type=plan&q=no+such+words") == []
    assert alice_client.get(address + "?type=dream").status_code == 400
    shown = alice_client.get(f"/api/v1/runs/{run.pk}/decisions/?type=reflection").json()["results"]
    assert [entry["kind"] for entry in shown] == ["reflection"]
