"""Conversations with tools on the wire: streamed, asked for, recorded, and what the scripted analyst says to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.llm.fake.analyst import is_conversation, speak
from agents.llm.fake.server import FakeServer, serving
from agents.llm.requests import body_of
from agents.llm.tests.asking import ask_of, endpoint_at, journal_at
from agents.llm.tests.test_requests import problems
from agents.llm.types import Answer, Message, Restart, StopAsked, StructuredMode, ToolAsked
from reasoning.calls.selectors import answer_text, request_of
from reasoning.models import LLMAttempt, LLMCall

TOOL = {
    "name": "analyze_trades",
    "description": "Trades.",
    "parameters": {"type": "object", "properties": {}},
}
TALK: dict[str, Any] = {"schema": None, "tools": (TOOL,), "is_streamed": True}
ASKED = ToolAsked("call_1", "analyze_trades", '{"limit": 3}')
USED = (
    Message("user", "Why did I lose?"),
    Message("assistant", "", tools_asked=(ASKED,)),
    Message("tool", '{"title": "Trades", "facts": {"Profit": "−$56.00"}}', answers="call_1"),
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving() as found:
        yield found


def heard(telling: Any) -> tuple[list[str | Restart], Answer]:
    pieces = []
    while True:
        try:
            pieces.append(next(telling))
        except StopIteration as end:
            return pieces, end.value


def test_a_request_with_tools_fits_the_published_schema(server: FakeServer) -> None:
    body = body_of(endpoint_at(server), ask_of(messages=USED, **TALK), StructuredMode.UNKNOWN)
    assert problems(body) == []
    assert body["messages"][1]["tool_calls"][0]["function"] == {
        "name": "analyze_trades",
        "arguments": '{"limit": 3}',
    }
    assert body["messages"][2]["tool_call_id"] == "call_1"


def test_the_text_comes_in_pieces_and_is_the_answer(server: FakeServer, alice: User) -> None:
    pieces, answer = heard(journal_at(server, alice).tell(ask_of(messages=USED, **TALK)))
    assert len(pieces) > 1
    assert "".join(map(str, pieces)) == answer.text
    assert "Profit: −$56.00" in answer.text


def test_tools_are_apart_from_the_text_and_on_record(server: FakeServer, alice: User) -> None:
    _, answer = heard(journal_at(server, alice).tell(ask_of(text="Why did I lose?", **TALK)))
    assert answer.text == "Let me look."
    assert [(tool.name, tool.arguments) for tool in answer.tools_asked] == [
        ("analyze_trades", '{"group_by": "symbol"}')
    ]
    stored = LLMCall.objects.get(pk=answer.call_id)
    recorded = json.loads(answer_text(stored))
    assert recorded["content"] == "Let me look."
    assert recorded["tool_calls"][0]["name"] == "analyze_trades"
    assert request_of(stored)["tools"][0]["function"] == TOOL


def test_without_streaming_it_is_the_same(server: FakeServer, alice: User) -> None:
    _, streamed = heard(journal_at(server, alice).tell(ask_of(text="Why did I lose?", **TALK)))
    _, whole = heard(journal_at(server, alice, "ignores_stream").tell(ask_of(text="Why did I lose?", **TALK)))
    assert (whole.text, len(whole.tools_asked)) == (streamed.text, len(streamed.tools_asked))


def test_a_form_asked_for_as_a_tool_is_still_text(server: FakeServer, alice: User) -> None:
    journal = journal_at(server, alice, endpoint={"structured_mode": StructuredMode.TOOL})
    answer = journal.ask(ask_of())
    assert json.loads(answer.text)
    assert answer.tools_asked == ()


def test_what_broke_off_is_begun_again(server: FakeServer, alice: User) -> None:
    pieces, answer = heard(journal_at(server, alice, "cut=1").tell(ask_of(messages=USED, **TALK)))
    place = next(index for index, piece in enumerate(pieces) if isinstance(piece, Restart))
    assert "".join(map(str, pieces[place + 1 :])) == answer.text
    assert answer.attempts == 2


def test_closing_the_ear_closes_the_connection(server: FakeServer, alice: User) -> None:
    server.state.answers.append("word " * 500)
    telling = journal_at(server, alice, "pace=0.05").tell(ask_of(messages=USED, **TALK))
    next(telling)
    telling.close()
    assert LLMAttempt.objects.get(user=alice).failure_code == "stopped"


def test_a_guard_that_stops_is_passed_on(server: FakeServer, alice: User) -> None:
    def guard() -> None:
        if server.state.in_flight:
            raise StopAsked

    with pytest.raises(StopAsked):
        heard(journal_at(server, alice, "first_token=30", guard=guard).tell(ask_of(messages=USED, **TALK)))


def test_a_form_is_no_conversation() -> None:
    assert not is_conversation({"messages": [], "tools": [{}], "tool_choice": {"type": "function"}})
    assert not is_conversation({"messages": []})
    assert is_conversation({"messages": [{"role": "tool"}]})


def test_the_scripted_analyst_greets_whom_it_does_not_understand() -> None:
    request = {"messages": [{"role": "user", "content": "hello"}], "tools": [{"function": TOOL}]}
    assert speak(request, lambda name: False).text.startswith("Ask me about a run")
