"""What a provider sends as text can be stored, whatever it is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.llm.fake.server import FakeServer
from agents.llm.tests.asking import ask_of, journal_at
from agents.llm.wire import storable, text_in
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import answer_text


def test_text_that_no_table_can_hold_is_replaced_and_stored(
    alice: User, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.llm.fake.replies.answer_to", lambda request: "a\x00b \ud800 c \U0001f600")
    answer = journal_at(fakellm, alice).ask(ask_of())
    assert answer.text == "a\ufffdb \ufffd c \U0001f600"
    assert answer_text(LLMCall.objects.get(pk=answer.call_id)) == answer.text


def test_an_answer_in_pieces_is_their_text_without_what_was_thought() -> None:
    pieces = [
        {"type": "thinking", "thinking": []},
        {"type": "text", "text": '{"a":'},
        {"type": "text", "text": "1}"},
    ]
    assert text_in(pieces) == '{"a":1}'
    assert (text_in("whole"), text_in(None), text_in([])) == ("whole", "", "")


def test_halves_of_a_character_are_joined() -> None:
    assert storable("\ud83d" + "\ude00") == "\U0001f600"
