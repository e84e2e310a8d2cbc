"""The corpus of hostile inputs: nothing breaks, nothing is written, nothing of anybody else is read."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agents.analyst import answer
from agents.llm.types import Answer, Ask, ToolAsked, Usage
from agents.system_agent.events import (
    Done,
    Failure,
    Proposal,
    Scope,
    TextEnd,
    ToolResult,
    TurnRequest,
    part_to_json,
)
from agents.system_agent.tests import hostile
from agents.system_agent.tests.scene import Told, asked, scope_of
from agents.system_agent.turn import Turn
from agents.system_agent.voice import Telling
from agents.tools.base import Asking
from agents.tools.tests.scene import losing_run_of, market_make, model_of
from broker.models import Fill, Order
from profiles.models import TradingModel
from reasoning.models import Entry
from rules.models import Rule
from runs.models import Run

SECRET = "Zanzibar"  # stands in everything of alice's
FORBIDDEN = "You don't have access to this, or it doesn't exist."
MOST_SECONDS = 20


class Scripted:
    """A language model that says what it was told to, whatever it is asked."""

    name = "scripted"

    def __init__(self, *answers: str | tuple[str, str]) -> None:
        self.answers = list(answers)
        self.asked: list[Ask] = []

    def tell(self, ask: Ask) -> Telling:
        self.asked.append(ask)
        said = self.answers.pop(0) if self.answers else "That is all."
        if isinstance(said, tuple):
            return (yield from self.spoken("", (ToolAsked("x\n1", *said),)))
        return (yield from self.spoken(said, ()))

    def spoken(self, text: str, tools: Sequence[ToolAsked]) -> Telling:
        if text:
            yield text
        return Answer(text=text, call_id=1, usage=Usage(10, 0, 5), tools_asked=tuple(tools))


def turn(
    user: User, voice: Scripted, about: Run | TradingModel | None = None, text: str = "Why did I lose?"
) -> Told:
    scope = scope_of(about)
    request = TurnRequest(user.pk, text, scope)
    return Told(
        list(Turn(request, Asking(user, scope.model_id, scope.run_id), voice, lambda: False).events())
    )


@pytest.fixture
def secret_run(alice: User) -> Run:
    market_make()
    model = model_of(
        alice, f"{SECRET} model", custom_instructions=f"{SECRET} words", custom_rules=f"{SECRET} rules"
    )
    return losing_run_of(alice, model)


def rows() -> list[int]:
    return [table.objects.count() for table in (Run, Order, Fill, Entry, Rule, TradingModel)]


def check(told: Told) -> None:
    """Whatever happened, it ended, can be stored and was said in words."""
    assert isinstance(told.events[-1], Done)
    for event in told.events:
        if isinstance(event, ToolResult | Proposal | Failure):
            part_to_json(event)
    assert all(len(result.error or "") < 2_000 for result in told.all(ToolResult))
    texts = "".join(end.text for end in told.all(TextEnd))
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]", texts)
    assert "evil.example" not in texts


@contextmanager
def in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < MOST_SECONDS


def test_the_corpus_is_large_enough() -> None:
    assert hostile.count() >= 60


def test_questions_to_the_built_in_analyst(
    alice: User, charlie: User, secret_run: Run, subtests: pytest.Subtests
) -> None:
    before = rows()
    for name, question in hostile.QUESTIONS.items():
        with subtests.test(name), in_time():
            check(asked(alice, question, secret_run))
            stranger = asked(charlie, question)
            check(stranger)
            assert SECRET not in hostile.as_json(stranger.events)
            assert rows() == before


def test_questions_to_a_language_model(alice: User, secret_run: Run, subtests: pytest.Subtests) -> None:
    for name, question in hostile.QUESTIONS.items():
        with subtests.test(name), in_time():
            voice = Scripted(("analyze_trades", "{}"))
            check(turn(alice, voice, secret_run, question))
            sent = voice.asked[0].messages
            assert [message.role for message in sent] == ["system", "system", "user"]
            assert len(sent[-1].content) < 21_000
            assert not re.search(r"[\x00\x1b\u202e\ud800-\udfff]", sent[-1].content)


def test_calls_of_a_model_for_a_stranger(charlie: User, secret_run: Run, subtests: pytest.Subtests) -> None:
    """Foreign and absent are answered alike, and everything else in words; nothing of alice's is in any of it."""
    before = rows()
    for name, (tool, arguments) in hostile.CALLS.items():
        with subtests.test(name), in_time():
            voice = Scripted((tool, hostile.arguments_of(arguments, secret_run.pk, secret_run.model_id)))
            told = turn(charlie, voice)
            check(told)
            assert told.proposals == []
            assert SECRET not in hostile.as_json(told.events)
            assert SECRET not in str(voice.asked)
            assert rows() == before
            absent = turn(
                charlie, Scripted((tool, hostile.arguments_of(arguments, 987_654_321, 987_654_321)))
            )
            assert outcomes(told) == outcomes(absent)
            assert told.all(ToolResult)[0].error
            if name.startswith("foreign"):
                assert told.all(ToolResult)[0].error == FORBIDDEN


def outcomes(told: Told) -> list[tuple[object, ...]]:
    return [(result.tool, result.payload, result.error) for result in told.all(ToolResult)]


def test_calls_of_a_model_for_the_owner(alice: User, secret_run: Run, subtests: pytest.Subtests) -> None:
    before, harmless = rows(), {"wildcard", "sql"}
    for name, call in hostile.CALLS.items():
        if name.startswith("foreign"):
            continue
        with subtests.test(name), in_time():
            told = turn(alice, Scripted(call), secret_run)
            check(told)
            assert rows() == before
            assert told.all(ToolResult)[0].error or name in harmless


def test_instructions_in_data_stay_data(alice: User, secret_run: Run, subtests: pytest.Subtests) -> None:
    for name, text in hostile.DATA.items():
        TradingModel.objects.filter(pk=secret_run.model_id).update(name=text[:100], custom_instructions=text)
        Order.objects.filter(run=secret_run).update(reason=text[:500])
        with subtests.test(name), in_time():
            voice = Scripted(("analyze_trades", "{}"), ("get_model_config", "{}"), "It lost $56.00.")
            told = turn(alice, voice, secret_run)
            check(told)
            assert told.tools == ["analyze_trades", "get_model_config"]
            assert told.proposals == []
            # What comes from data is quoted: in results of tools, which are JSON, and in the note on the conversation.
            for message in voice.asked[-1].messages:
                if message.role == "tool":
                    json.loads(message.content)
                elif message.role == "user":
                    assert text[:40] not in message.content
            check(asked(alice, "Why did I lose money?", secret_run))
            check(asked(alice, "Which limits bind it?", secret_run))


def test_answers_of_a_model(alice: User, secret_run: Run, subtests: pytest.Subtests) -> None:
    for name, said in hostile.ANSWERS.items():
        with subtests.test(name), in_time():
            told = turn(alice, Scripted(("analyze_trades", "{}"), said, said), secret_run)
            check(told)
            assert not re.search(r"\]\((?!/models/)", told.text)


def test_invented_numbers_are_all_marked(alice: User, secret_run: Run) -> None:
    said = hostile.ANSWERS["invented"]
    told = turn(alice, Scripted(("analyze_trades", "{}"), said, said), secret_run)
    assert told.unverified == ["$56.01", "99.9 %", "11:11", "1 January 1999", "777"]


def test_a_saved_rule_is_not_a_rule(alice: User, secret_run: Run) -> None:
    """Whatever the model says it did, nothing happened."""
    before = rows()
    told = turn(alice, Scripted("I have saved the rule."), secret_run)
    assert told.proposals == []
    assert rows() == before


@pytest.mark.parametrize("run_id", [1, 0, -1, 2**63, 987_654_321])
def test_a_made_up_scope_is_forbidden(charlie: User, run_id: int) -> None:
    events = list(answer(TurnRequest(charlie.pk, "Why?", Scope("run", None, run_id)), lambda: False))
    assert [event.message for event in events if isinstance(event, Failure)] == [FORBIDDEN]


def test_nothing_is_read_as_the_owner_of_the_tables(charlie: User, secret_run: Run, app_role: None) -> None:
    """As in production: even a tool that forgot its user would find nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tl_app",)
    told = asked(charlie, "Which of my Models did best?")
    assert SECRET not in hostile.as_json(told.events)
