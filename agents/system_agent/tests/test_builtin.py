"""The built-in analyst: questions find their tools, answers say what the tools said, every number stands in one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.system_agent.builtin.intents import intent_of
from agents.system_agent.builtin.topics.help import EXAMPLES
from agents.system_agent.builtin.topics.other_terms import terms_of
from agents.system_agent.events import BUILT_IN
from agents.system_agent.tests.scene import asked
from agents.tests.llm_world import LlmTrade
from agents.tests.llm_world import trader as brain
from agents.tools.base import Asking
from agents.tools.tests.scene import losing_run_of, market_make, model_of
from profiles.models import TradingModel
from runs.models import Run, RunStatistics
from runs.tests.factories import run_make

QUESTIONS = {
    "why": ["Why did I lose money?", "what made the money?", "Where do my Models lose money?", "where were the losses"],
    "best_and_worst": ["Show the best and worst trades", "What were the worst trades of my newest run?", "biggest losing trade", "show me the losing trades", "list its trades", "which winners"],
    "drawdown": ["Explain the drawdown", "When was the deepest fall?"],
    "compare": ["Compare with run 2", "run 1 vs run 2", "Which of my Models did best, and why?", "How did its runs go so far?"],
    "patterns": ["When during the day does it make money?", "find patterns", "does confidence matter?", "what do losers have in common"],
    "what_if": ["What would a 20 % cap per position have done?", "What if fees were $2 per order?", "would a 2 % stop have helped"],
    "suggest_rule": ["Suggest a rule", "which rules would help?", "can you recommend some rules", "what should I improve?"],
    "earned": ["Which rules earned their keep?", "what did each rule earn", "what did the rules cost me", "did the stop loss fire?"],
    "limits": ["Which rules bind it?", "What may this Model do, and what not?", "Which limits hold for my trades?", "show the settings"],
    "denied": ["Which orders were denied?", "why was it refused"],
    "quiet": ["Why did it not trade?", "why so few trades?", "why didn't it buy anything", "Why does it never sell?"],
    "decision": ["What was decided in step 4?", "why did it buy?", "order 2", "What happened at 09:33?", "why did it buy at 09:36?"],
    "reasoning": ["What did it think about the script?", "show its reasoning", "what was the plan"],
    "instructions": ["What should change in its instructions?", "change the instructions to: Be careful."],
    "run_again": ["Run it again", "please rerun with OTHER", "repeat the run on 2026-03-11"],
    "figure": ["What is the Sharpe ratio?", "what does drawdown mean?", "what is the win rate", "how much did I pay in fees?", "how many trades did it make?", "what's my P&L?", "is the market data complete?", "which decider made these decisions?", "Is this better than just holding?", "how does it stand beside buy and hold"],
    "held": ["what is it holding now?", "open positions", "does it still hold something"],
    "result": ["How did it do?", "how is it going?", "show the statistics", "summarize this run", "What did it do?", "status"],
    "trust": ["Was it luck?", "should I trust this result?"],
    "bars": ["show the bars of TEST", "TEST price from 09:33 to 09:36"],
    "feature": ["How is slippage computed?", "what is a bracket?"],
    "help": ["hello", "Hi there!", "what can you do?", "What can you tell me once I have a run?"],
    "thanks": ["thanks", "ok, great"],
    "act": ["delete all my runs", "buy 100 shares of TEST", "please stop the run", "Can you place an order?", "sell everything"],
    "unknown": ["", "42", "ÄÖÜ", "？", "asdf qwer"],
}  # fmt: skip
# What people ask about one run in everyday words.
EVERYDAY = {
    "figure": ["What did this run earn?", "how much did I make", "profit?", "P/L", "what's my ROI", "net profit", "how much am I down", "What was my gain in percent?", "did it beat the market?", "what is my balance", "how much did I have at the end?", "how risky was it?", "how often did it trade", "did it overtrade?", "longest losing streak", "how much per trade", "what was the biggest position", "were there errors?", "why is it paused?", "is it finished?"],
    "result": ["Did I make money?", "am I up or down?", "Is it in profit?", "was it a good run?", "what happened?", "tell me about this run", "What's the bottom line?", "give me the numbers"],
    "trust": ["Was it worth it?", "should I use this strategy with real money?"],
    "best_and_worst": ["what went well?", "Which trade cost me the most?", "was I stopped out?", "what stocks did it trade"],
    "drawdown": ["what was the worst moment?"],
    "decision": ["when did it buy?", "what did it buy"],
    "denied": ["did any rule block something?"],
    "suggest_rule": ["how can I make it better?", "what would you change?"],
    "limits": ["what's the strategy", "what does this model do"],
    "held": ["what are my positions"],
    "patterns": ["what time did it make the most money"],
    "ai_cost": ["what did the AI cost?", "how many tokens did it use?"],
    "unknown": ["how much cash is left"],
}  # fmt: skip
PAIRS = [
    (name, question)
    for asked_so in (QUESTIONS, EVERYDAY)
    for name, questions in asked_so.items()
    for question in questions
]
# Of a run that is not there in every scene.
MAY_FAIL = {"Compare with run 2", "run 1 vs run 2"}


@pytest.mark.parametrize(("name", "question"), PAIRS)
def test_questions_find_their_topic(name: str, question: str) -> None:
    found = intent_of(question, Asking(User(pk=1), 1, 1)).name
    assert found == name


@pytest.mark.parametrize("question", [question for _, question in PAIRS if question not in MAY_FAIL])
def test_every_number_of_every_answer_is_in_a_tool_result(
    alice: User, losing_run: Run, question: str
) -> None:
    losing_run_of(alice, losing_run.model)
    told = asked(alice, question, losing_run)
    assert told.failure is None
    assert told.unverified == []
    assert told.streamed == told.text
    assert told.done.model == BUILT_IN
    assert "None" not in told.text


def test_why_did_i_lose_money(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Why did I lose money?", losing_run)
    stored = RunStatistics.objects.get(run=losing_run)
    assert told.tools == ["analyze_trades", "explain_drawdown"]
    assert "**Run 1 of Scripted lost $56.00** (−0.56\u202f%): $9,944.00 from $10,000.00." in told.text
    assert f"{abs(stored.values['profit']):.2f}" == "56.00"
    assert (
        "Of 3 round trips 1 won and 2 lost: +$13.00 against −$64.00, −$51.00 in all, after $6.00 of fees."
        in told.text
    )
    base = f"/models/{losing_run.model_id}/r/1/?tab=decisions&step="
    assert f"[run 1 step 2]({base}2#decision) TEST long, 10 shares from 100.00 to 96.00: −$42.00" in told.text
    assert f"({base}9#decision)" in told.text
    assert told.end.grounding.verified_share == 1


@pytest.mark.parametrize("question", ["What did this run earn?", "profit?"])
def test_what_a_run_earned_is_said_first(alice: User, losing_run: Run, question: str) -> None:
    told = asked(alice, question, losing_run)
    assert told.text.startswith("**Profit: −$56.00** in run 1 of Scripted")


def test_whether_money_was_made_is_answered_in_words(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Did I make money?", losing_run)
    assert told.text.startswith("**Run 1 of Scripted, as of step 13, lost $56.00** (−0.56\u202f%)")


def test_a_run_without_a_step_has_no_result(alice: User, losing_run: Run) -> None:
    waiting = run_make(alice, losing_run.model)
    told = asked(alice, "Did I make money?", waiting)
    assert "has taken no step yet" in told.text
    assert "neither lost nor made" not in told.text


def test_a_winning_part_is_told_as_such(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Show the best and worst trades", losing_run)
    best, worst = told.text.index("**Best**"), told.text.index("**Worst**")
    assert best < told.text.index("OTHER long") < worst < told.text.index("TEST long")


def test_a_suggested_rule_is_typed_with_evidence_of_this_model(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Suggest a rule", losing_run)
    assert told.tools == ["suggest_rules", "propose_rule"]
    (proposal,) = told.proposals
    assert (proposal.kind, proposal.model_id) == ("rule", losing_run.model_id)
    assert proposal.payload["kind"] == "deny_list"
    assert proposal.payload["params"] == {"symbols": ["TEST"]}
    assert proposal.diff == ("+ Never open TEST.",)
    assert any("2 trades that lost $64.00 in all were in TEST." in line for line in proposal.evidence)
    assert proposal.what_if is not None
    difference = next(fact for fact in proposal.what_if["facts"] if fact["key"] == "difference")
    assert difference["value"] == "64"
    assert losing_run.model.rules.count() == 0


def test_what_if_reads_the_numbers_of_the_question(alice: User, losing_run: Run) -> None:
    told = asked(alice, "What if fees were $3 per order?", losing_run)
    assert told.results["what_if"].error is None
    assert "would have cost $14.00" in told.text
    assert "$9,930.00 instead of $9,944.00" in told.text


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What would a 20 % cap have done?", {"rules": [{"kind": "max_position_percent", "params": {"percent": "20"}}]}),
        ("What if positions were capped at 12.5 percent?", {"rules": [{"kind": "max_position_percent", "params": {"percent": "12.5"}}]}),
        ("what if there was a 1.5% stop", {"rules": [{"kind": "stop_loss_percent", "params": {"percent": "1.5"}}]}),
        ("what would a trailing stop of 3 % have done", {"rules": [{"kind": "trailing_stop", "params": {"trail_percent": "3"}}]}),
        ("What if nothing was opened after 9:45?", {"rules": [{"kind": "no_opening_after", "params": {"after": "09:45"}}]}),
        ("what if it paused from 12:00 to 14:00", {"rules": [{"kind": "blackout", "params": {"start": "12:00", "end": "14:00"}}]}),
        ("What if slippage was 5 bp?", {"execution": {"slippage": "bps", "slippage_bps": "5"}}),
        ("what if no fees", {"execution": {"fees": "zero"}}),
        ("what if there was a delay of 2 minutes", {"execution": {"decision_delay_seconds": 120}}),
        ("What if there were no rules?", {"without": ["rules"]}),
        ("what if without the rule “Not TEST”", {"without": ["Not TEST"]}),
        ("what if at most 3 trades", {"rules": [{"kind": "max_trades", "params": {"trades": 3}}]}),
        ("what if it had been braver", None),
    ],
)  # fmt: skip
def test_terms_are_read_from_words(question: str, terms: dict[str, Any] | None) -> None:
    assert terms_of(question) == terms


def test_instructions_and_runs_are_proposed_not_made(alice: User, losing_run: Run) -> None:
    words = asked(alice, "change the instructions to: Trade less.", losing_run).proposals[0]
    assert (words.kind, words.payload) == ("instructions", {"custom_instructions": "Trade less."})
    assert words.diff == ("+ Trade less.",)
    again = asked(alice, "run it again on 2026-03-11 with OTHER", losing_run).proposals[0]
    assert again.kind == "run"
    assert (again.payload["date_from"], again.payload["symbols"]) == ("2026-03-11", ["OTHER"])
    assert "- date_from 2026-03-10" in again.diff
    losing_run.model.refresh_from_db()
    assert losing_run.model.custom_instructions == ""
    assert Run.objects.count() == 1


def test_instructions_of_its_own_come_from_the_evidence(alice: User, losing_run: Run) -> None:
    TradingModel.objects.filter(pk=losing_run.model_id).update(custom_instructions="Stay calm.")
    (proposal,) = asked(alice, "What should change in its instructions?", losing_run).proposals
    assert proposal.payload == {"custom_instructions": "Stay calm.\nNever open TEST."}
    assert proposal.diff == ("  Stay calm.", "+ Never open TEST.")


def test_a_model_without_runs_gets_an_answer_in_words(alice: User) -> None:
    market_make()
    told = asked(alice, "Why did I lose money?", model_of(alice))
    assert told.failure is not None
    assert "No run has taken a step yet" in told.failure.message


def test_a_run_of_a_language_model_is_explained_too(alice: User, llm_trade: LlmTrade) -> None:
    run, _ = llm_trade(brain)
    for question in ("Why did it buy in step 3?", "What did it think about staying small?", "Suggest a rule"):
        told = asked(alice, question, run)
        assert told.failure is None
        assert told.unverified == []


def test_stop_ends_it_between_tools(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Why did I lose money?", losing_run, stop=lambda: True)
    assert told.done.is_partial
    assert told.tools == []


def test_examples_hold_no_number_that_nobody_said() -> None:
    assert not re.search(r"\d", " ".join(EXAMPLES))


def test_in_general_the_newest_run_is_meant(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Why did I lose money?")
    assert "Run 1 of Scripted lost $56.00" in told.text
    assert "I looked at the newest run" in told.text
    assert "newest" not in asked(alice, "Why did I lose money?", losing_run).text
    assert asked(alice, "Which of my Models did best, and why?").text.startswith("There is only one run")
