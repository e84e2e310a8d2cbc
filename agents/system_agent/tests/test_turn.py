"""A turn with a language model, at the scripted endpoint: tools, checked numbers, one correction, stops and failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from agents.llm import loop
from agents.llm.fake.server import FakeServer, serving
from agents.llm.rate import rate_limit
from agents.system_agent.events import (
    BudgetLeft,
    Choice,
    Message,
    TextDelta,
    TextEnd,
    TextReset,
    ToolCall,
)
from agents.system_agent.tests.scene import Told, asked
from agents.system_agent.turn import MOST_CALLS
from core.rls import acting_as
from profiles.llm.models import LLMEndpoint, LLMSpending
from reasoning.models import LLMAttempt, LLMCall
from runs.models import Run, RunStatistics

Ask = Callable[..., Told]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving() as found:
        yield found


@pytest.fixture
def ask(
    alice: User, losing_run: Run, server: FakeServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Ask:
    settings.LLM_BEAT_SECONDS = 0.02
    monkeypatch.setattr("agents.llm.attempts.FIRST_WAIT_SECONDS", 0.01)
    with acting_as(alice.pk):
        endpoint = LLMEndpoint.objects.create(
            user=alice, name="Scripted", base_url=server.base_url, ai_models=["scripted"], is_default=True
        )
    rate_limit().forget(endpoint.pk)

    def ask(text: str, behaviour: str = "", **fields: Any) -> Told:
        model = f"scripted:{behaviour}" if behaviour else ""
        return asked(alice, text, losing_run, choice=Choice("", model), **fields)

    return ask


def told_next(server: FakeServer, *answers: str | dict[str, Any]) -> None:
    server.state.answers.extend(answers)


def call(name: str, text: str = "", **arguments: Any) -> dict[str, Any]:
    return {"text": text, "calls": [[name, json.dumps(arguments)]]}


def test_why_did_i_lose_money(ask: Ask, losing_run: Run) -> None:
    told = ask("Why did I lose money?")
    stored = RunStatistics.objects.get(run=losing_run)
    assert told.tools == ["analyze_trades", "explain_drawdown"]
    assert all(result.error is None for result in told.results.values())
    assert stored.values["profit"] == -56
    assert "Profit of the run: −$56.00" in told.text
    assert "Closed profit: −$51.00" in told.text
    assert f"[run 1 step 2](/models/{losing_run.model_id}/r/1/?tab=decisions&step=2#decision)" in told.text
    assert told.end.grounding.verified_share == 1
    assert (told.done.is_partial, told.done.model) == (False, "scripted")
    assert told.failure is None


def test_the_text_before_the_tools_is_a_part_of_its_own(ask: Ask) -> None:
    told = ask("Why did I lose money?")
    assert told.all(TextEnd)[0].text == "Let me look."
    kinds = [type(event).__name__ for event in told.events if not isinstance(event, TextDelta)]
    assert kinds[:4] == ["Usage", "TextEnd", "ToolCall", "ToolResult"]


def test_a_rule_is_suggested_and_nothing_is_written(ask: Ask, losing_run: Run) -> None:
    told = ask("Suggest a rule")
    assert told.tools == ["suggest_rules", "propose_rule"]
    (proposal,) = told.proposals
    assert (proposal.payload["kind"], proposal.payload["params"]) == ("deny_list", {"symbols": ["TEST"]})
    assert losing_run.model.rules.count() == 0


def test_every_call_is_on_record_and_counted(ask: Ask, alice: User) -> None:
    told = ask("Why did I lose money?")
    calls = LLMCall.objects.filter(user=alice, run=None, purpose="chat").order_by("id")
    assert len(calls) == len(told.usage) == 2
    assert [one.template for one in calls] == ["analyst", "analyst"]
    assert all(usage.input_tokens and usage.output_tokens for usage in told.usage)
    assert not LLMAttempt.objects.filter(user=alice, ended_at=None).exists()


def test_the_model_is_offered_nothing_that_writes(ask: Ask, server: FakeServer) -> None:
    ask("Why did I lose money?")
    offered = {tool["function"]["name"] for tool in server.state.requests[0]["tools"]}
    assert offered == {
        "analyze_trades", "calculate_metrics", "explain_drawdown", "find_patterns", "what_if", "suggest_rules",
        "rule_report", "compare_runs", "get_reasoning", "get_decision", "get_model_config", "get_bars",
        "explain_feature", "propose_rule", "propose_instructions", "propose_run",
    }  # fmt: skip


def test_an_invented_number_is_shown_to_the_model_once(ask: Ask, server: FakeServer) -> None:
    told = ask("Why did I lose money?", "invents=1")
    assert len(told.all(TextReset)) == 1
    assert "123,456.78" not in told.text
    assert told.unverified == []
    last = server.state.requests[-1]["messages"][-1]
    assert last["role"] == "user"
    assert "$123,456.78" in last["content"]


def test_what_stays_invented_is_marked(ask: Ask) -> None:
    told = ask("Why did I lose money?", "invents")
    assert len(told.all(TextReset)) == 1
    assert told.unverified == ["$123,456.78"]
    share = told.end.grounding.verified_share
    assert share is not None
    assert 0.8 < share < 1


def test_a_failed_correction_leaves_the_first_answer(ask: Ask, server: FakeServer) -> None:
    told_next(server, "It lost $987.65.", "")
    told = ask("Why?", "")
    assert told.text == "It lost $987.65."
    assert told.unverified == ["$987.65"]
    assert told.done.is_partial


def test_numbers_of_an_earlier_turn_are_not_verified(ask: Ask, server: FakeServer) -> None:
    earlier = ask("Why did I lose money?")
    history = (Message("user", (TextEnd("Why did I lose money?"),)), Message("assistant", (earlier.end,)))
    told_next(server, "As I said, $56.00.", "As I said, $56.00.")
    again = ask("And how much was it?", history=history)
    assert again.unverified == ["$56.00"]
    told_roles = [message["role"] for message in server.state.requests[-2]["messages"]]
    assert told_roles == ["system", "system", "user", "assistant", "user"]


def test_a_forged_tool_is_refused_and_the_turn_goes_on(ask: Ask) -> None:
    told = ask("Why did I lose money?", "forges=1")
    assert told.tools[0] == "delete_run"
    assert "There is no tool 'delete_run'" in (told.results["delete_run"].error or "")
    assert told.done.is_partial is False
    assert Run.objects.count() == 1


def test_bad_arguments_are_one_error_shown_to_the_model(ask: Ask, server: FakeServer) -> None:
    told = ask("Why did I lose money?", "bad_arguments=1")
    assert "arguments: Invalid JSON" in ((told.all(ToolCall) and told.results["analyze_trades"].error) or "")
    shown = [message for message in server.state.requests[1]["messages"] if message["role"] == "tool"]
    assert "Invalid JSON" in shown[0]["content"]
    assert "could not be found out" in told.text


def test_endless_use_of_tools_ends_with_an_answer(ask: Ask, server: FakeServer) -> None:
    told = ask("Why did I lose money?", "loops")
    assert server.state.calls["scripted:loops"] == MOST_CALLS
    assert "tools" not in server.state.requests[-1]
    assert told.text
    assert told.done.is_partial is False


def test_many_tools_at_once_are_cut_short(ask: Ask, server: FakeServer) -> None:
    told_next(server, {"text": "", "calls": [["calculate_metrics", "{}"]] * 20})
    told = ask("How did it do?")
    assert told.tools == ["calculate_metrics"] * 6
    assert "only the first 6" in server.state.requests[1]["messages"][-1]["content"]


def test_stop_closes_the_connection_and_keeps_what_was_said(
    ask: Ask, server: FakeServer, alice: User
) -> None:
    heard: list[int] = []

    def stop() -> bool:
        heard.append(1)
        return len(heard) > 8

    told_next(server, "word " * 400)
    told = ask("Why?", "pace=0.02", stop=stop)
    assert told.done.is_partial
    assert 0 < len(told.text) < 1000
    assert told.failure is None
    attempt = LLMAttempt.objects.get(user=alice)
    assert attempt.failure_code == "stopped"


def test_stop_before_the_first_word_says_nothing(ask: Ask, server: FakeServer) -> None:
    told = ask("Why?", "first_token=30", stop=lambda: bool(server.state.in_flight))
    assert told.all(TextEnd) == []
    assert told.done.is_partial


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("unauthorised", "auth"),
        ("no_credit", "no_credit"),
        ("rate_limited", "rate_limited"),
        ("error", "provider_error"),
        ("too_long", "bad_request"),
        ("refusal", "refusal"),
        ("filtered", "refusal"),
        ("empty", "empty"),
        ("cut_quietly", "cut"),
        ("no_tools", "bad_request"),
        ("drop", "cut"),
    ],
)
def test_every_failure_has_its_code_and_words(ask: Ask, behaviour: str, code: str) -> None:
    told = ask("hello there", behaviour)
    assert told.failure is not None
    assert told.failure.code == code
    assert len(told.failure.message) > 15
    assert told.done.is_partial


def test_a_broken_stream_is_begun_again(ask: Ask) -> None:
    told = ask("hello there", "cut=1")
    assert [reset.reason for reset in told.all(TextReset)] == [
        "The connection broke; the answer is being written again."
    ]
    assert told.streamed == told.text
    assert told.failure is None


def test_an_endpoint_without_streaming_answers_at_once(ask: Ask) -> None:
    told = ask("Why did I lose money?", "ignores_stream")
    assert told.end.grounding.verified_share == 1
    assert told.streamed.endswith(told.all(TextDelta)[-1].text)


def test_the_budget_of_the_turn_is_kept(ask: Ask, server: FakeServer) -> None:
    told = ask("Why did I lose money?", budget=BudgetLeft(calls=1))
    assert told.failure is not None
    assert told.failure.code == "budget"
    assert server.state.calls["scripted"] == 1
    assert ask("Why?", budget=BudgetLeft(tokens=0)).failure is not None
    assert server.state.calls["scripted"] == 1


def test_the_users_cap_of_the_day_is_kept(ask: Ask, alice: User, server: FakeServer) -> None:
    with acting_as(alice.pk):
        LLMSpending.objects.create(user=alice, calls_a_day=1)
    told = ask("Why did I lose money?")
    assert told.failure is not None
    assert told.failure.code == "budget_day_calls"
    assert server.state.calls["scripted"] == 1


def test_no_transaction_is_open_while_the_model_thinks(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    around, within = len(connection.savepoint_ids), []

    def listen(*arguments: Any, **options: Any) -> Any:
        within.append(len(connection.savepoint_ids))
        return listened(*arguments, **options)

    listened = loop.listen
    monkeypatch.setattr(loop, "listen", listen)
    ask("Why did I lose money?")
    assert within == [around] * 2


def test_an_endpoint_that_is_not_there_is_said(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Why?", losing_run, choice=Choice("No such", ""))
    assert told.failure is not None
    assert told.done.is_partial


def test_a_foreign_scope_is_refused_like_an_absent_one(charlie: User, losing_run: Run) -> None:
    for choice in (None, Choice()):
        told = asked(charlie, "Why did I lose money?", losing_run, choice=choice)
        assert told.failure is not None
        assert told.failure.code == "forbidden"
        assert told.tools == []
