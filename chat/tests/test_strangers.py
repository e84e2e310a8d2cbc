"""A stranger walks every address of a conversation, and cannot tell it from one that doesn't exist."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from agents.tests.test_strangers import answers, filled, patterns, room_of
from chat.models import AnalystSettings, Conversation, Message, Part, ProposalOutcome, Turn
from chat.selectors import conversations_of, message_page, said
from chat.services import message_send
from chat.tests.factories import PROPOSAL, exchange, with_tool
from core.errors import Forbidden
from core.rls import acting_as
from profiles.tokens.models import Scope
from profiles.tokens.services import token_create
from runs.tests.factories import run_make

ADDRESSES = sorted(
    path for path, pattern in patterns(get_resolver()) if room_of(pattern) == "chat" and "<" in path
)
ABSENT = 987_654_321


@pytest.fixture
def turn(alice: User) -> Turn:
    return exchange(alice, "Why did my secret pelican lose money?", said=[PROPOSAL, *with_tool()])


def values_of(turn: Turn) -> dict[str, object]:
    proposal = Part.objects.get(message=turn.answer_id, kind="proposal")
    return {
        "conversation_id": turn.conversation_id,
        "turn_id": turn.pk,
        "message_id": turn.answer_id,
        "part_id": proposal.pk,
    }


def test_there_is_something_to_walk() -> None:
    assert len(ADDRESSES) >= 24


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_foreign_conversation_looks_like_none(turn: Turn, charlie_client: Client, address: str) -> None:
    foreign = answers(charlie_client, filled(address, values_of(turn)))
    absent = answers(charlie_client, filled(address, dict.fromkeys(values_of(turn), ABSENT)))
    assert foreign == absent
    assert {status for status, _ in foreign} <= {403, 405}
    assert 403 in {status for status, _ in foreign}
    assert b"pelican" not in b"".join(body for _, body in foreign)


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_logged_in_gets_nothing(turn: Turn, client: Client, address: str) -> None:
    for status, body in answers(client, filled(address, values_of(turn))):
        assert status in {302, 403, 405}
        assert b"pelican" not in body


def test_lists_search_and_panels_hold_only_what_is_ones_own(
    alice: User, charlie: User, charlie_client: Client
) -> None:
    run = run_make(alice)
    exchange(alice, "Why did my secret pelican lose money?", subject=f"run:{run.pk}")
    own = run_make(charlie)
    mine = Conversation.objects.get(user=alice)
    for url in (
        "/chat/",
        "/chat/search/",
        "/chat/search/?q=pelican",
        "/api/v1/conversations/",
        "/api/v1/conversations/?q=pelican",
        f"/models/{own.model_id}/r/{own.number}/?ask={mine.pk}",
        f"/models/{own.model_id}/?ask={mine.pk}",
    ):
        assert b"secret" not in charlie_client.get(url).content, url
    for about in (f"run:{run.pk}", f"model:{run.model_id}"):
        assert charlie_client.get(f"/chat/?about={about}").status_code == 403
        assert charlie_client.post("/chat/ask/", {"text": "x", "about": about}).status_code == 403


def test_a_foreign_message_is_no_way_into_a_conversation(
    turn: Turn, charlie: User, charlie_client: Client
) -> None:
    own = exchange(charlie)
    assert message_page(charlie, turn.answer_id).said == []
    assert said(charlie, [turn.answer_id]) == []
    older = charlie_client.get(f"/chat/{own.conversation_id}/older/?before={turn.answer_id}")
    assert b"pelican" not in older.content
    with pytest.raises(Forbidden):
        message_send(charlie, text="x", conversation_id=own.conversation_id, replaces=turn.question_id)


def test_the_database_itself_shows_a_stranger_nothing(turn: Turn, charlie: User, app_role: None) -> None:
    with acting_as(charlie.pk):
        for model in (Conversation, Message, Part, Turn, ProposalOutcome, AnalystSettings):
            assert model._default_manager.count() == 0
        assert Turn.objects.filter(pk=turn.pk).update(state="done") == 0
    with acting_as(turn.user_id):
        assert conversations_of(turn.user).count() == 1


def test_an_export_holds_one_conversation_and_no_more(alice: User, alice_client: Client) -> None:
    one, other = exchange(alice, "One pelican?"), exchange(alice, "Another stork?")
    text = alice_client.get(f"/chat/{one.conversation_id}/export.json").content.decode()
    assert "stork" not in text
    assert [message["id"] for message in json.loads(text)["messages"]] == [one.question_id, one.answer_id]
    assert other.conversation_id != one.conversation_id


def test_a_token_that_may_only_read_asks_nothing(alice: User, api_client: APIClient) -> None:
    with acting_as(alice.pk):
        _, secret = token_create(alice, name="Reader", scope=Scope.READ)
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert api_client.get("/api/v1/conversations/").status_code == 200
    assert api_client.post("/api/v1/conversations/", {"text": "Why?"}).status_code == 403
