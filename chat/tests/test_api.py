"""Conversations over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from chat.models import Conversation, Turn, TurnState
from chat.tests.factories import answer_with, ask, exchange, with_tool
from runs.tests.factories import run_make

ROOT = "/api/v1"


@pytest.fixture
def api(alice: User, api_client: APIClient) -> APIClient:
    api_client.force_authenticate(alice)
    api_client.force_login(alice)
    return api_client


def get(api: APIClient, path: str, status: int = 200) -> Any:
    answer = api.get(f"{ROOT}{path}")
    assert answer.status_code == status, answer.content[:500]
    return answer.json() if answer.content else None


def post(api: APIClient, path: str, body: dict[str, Any] | None = None, status: int = 202) -> Any:
    answer = api.post(f"{ROOT}{path}", body or {})
    assert answer.status_code == status, answer.content[:500]
    return answer.json()


def test_a_conversation_from_its_first_question_to_its_end(alice: User, api: APIClient) -> None:
    run = run_make(alice)
    begun = post(api, "/conversations/", {"text": "Why?", "about": f"run:{run.pk}", "request_id": "a"})
    assert begun["conversation"]["run_id"] == run.pk
    assert begun["turn"]["state"] == "queued"
    assert post(api, "/conversations/", {"text": "Why?", "request_id": "a"}, 200)["turn"] == begun["turn"]
    path = f"/conversations/{begun['conversation']['id']}/"
    busy = post(api, f"{path}messages/", {"text": "And?"}, 409)
    assert busy["error"]["code"] == "turn_active"

    answer_with(Turn.objects.get(), with_tool())
    turn = get(api, f"/turns/{begun['turn']['id']}/")
    assert (turn["state"], turn["verified_share"], turn["cost"]) == ("done", 0.5, None)
    messages = get(api, f"{path}messages/")["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant"]
    assert [part["kind"] for part in messages[1]["parts"]] == ["text", "tool_call", "tool_result", "text"]
    assert messages[1]["parts"][2]["payload"]["title"] == "Closed trades"

    again = post(api, f"/turns/{turn['id']}/again/")
    assert again["turn"]["question_id"] == turn["question_id"]
    stopped = post(api, f"/turns/{again['turn']['id']}/stop/", status=200)
    assert stopped["state"] == "stopped"
    further = post(api, f"{path}messages/", {"text": "Else?", "replaces": messages[0]["id"]})
    answer_with(Turn.objects.get(pk=further["turn"]["id"]))
    assert len(get(api, f"{path}messages/")["messages"][0]["versions"]) == 2


def test_conversations_are_listed_searched_renamed_and_removed(
    alice: User, charlie: User, api: APIClient
) -> None:
    mine, _ = exchange(alice, "Why did the pelican lose?"), exchange(charlie, "Pelican?")
    assert [one["id"] for one in get(api, "/conversations/")["results"]] == [mine.conversation_id]
    assert len(get(api, "/conversations/?q=pelican")["results"]) == 1
    assert get(api, "/conversations/?q=stork")["results"] == []
    path = f"{ROOT}/conversations/{mine.conversation_id}/"
    assert api.patch(path, {"title": "Birds"}).json()["title"] == "Birds"
    assert api.patch(path, {"title": ""}).status_code == 400
    assert api.patch(path, {"leaf": 1}).status_code == 400
    assert api.delete(path).status_code == 204
    assert not Conversation.objects.filter(user=alice).exists()


def test_older_messages_are_asked_for_with_before(alice: User, api: APIClient) -> None:
    turn = exchange(alice)
    for _ in range(16):
        turn = exchange(alice, conversation_id=turn.conversation_id)
    path = f"/conversations/{turn.conversation_id}/messages/"
    newest = get(api, path)
    older = get(api, f"{path}?before={newest['before']}")
    assert (len(newest["messages"]), len(older["messages"]), older["before"]) == (30, 4, None)
    elsewhere = exchange(alice)
    assert get(api, f"{path}?before={elsewhere.answer_id}")["messages"] == []


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "x", "request_id": "a b"}, "request_id"),
        ({"text": "x", "state": "done"}, "state"),
    ],
)
def test_bad_questions_are_told_by_field(api: APIClient, body: dict[str, Any], about: str) -> None:
    assert about in post(api, "/conversations/", body, 400)["error"]["fields"]


def test_the_stream_of_an_answer_that_is_there_is_its_end(alice: User, api: APIClient) -> None:
    turn = exchange(alice)
    answer = api.get(f"{ROOT}/turns/{turn.pk}/stream/", HTTP_ACCEPT="text/event-stream")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"


def test_a_worker_that_died_shows_when_somebody_asks(alice: User, api: APIClient) -> None:
    from chat.services import turn_claim
    from chat.tests.factories import silent_since

    turn = ask(alice)
    turn_claim(alice, turn.pk, worker="doomed")
    silent_since(turn, 21)
    assert get(api, f"/turns/{turn.pk}/")["state"] == TurnState.WORKER_LOST
