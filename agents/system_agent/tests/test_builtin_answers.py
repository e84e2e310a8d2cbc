"""Answers of the built-in analyst to what is asked besides losses: no trades, several Models, figures, other languages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.luck.compute import luck_make
from agents.system_agent.builtin.intents import intent_of
from agents.system_agent.builtin.languages import meaning_of
from agents.system_agent.tests.scene import asked
from agents.tests.tape import trade, wish
from agents.tools.base import Asking
from agents.tools.tests.scene import SCRIPT, losing_run_of, model_of
from core.rls import acting_as
from runs.models import Run


@pytest.fixture
def winning_run(alice: User, losing_run: Run) -> Run:
    """OTHER alone: bought at 50, sold at 53; five shares and two fees come to $13.00."""
    script = {step: wishes for step, wishes in SCRIPT.items() if step == 7} | {
        9: [wish("close", symbol="OTHER")]
    }
    return trade(alice, model_of(alice, "Winner"), script, symbols=["TEST", "OTHER"])


def test_a_run_without_a_trade_is_explained_by_what_denied_it(alice: User, losing_run: Run) -> None:
    run = trade(alice, losing_run.model, {4: [wish("buy", 1000)]}, symbols=["TEST", "OTHER"])
    for question in ("Why did it not trade?", "Why did I lose money?"):
        told = asked(alice, question, run)
        assert "Limits denied what it asked for." in told.text
        assert "- 1 asked for an order and were denied" in told.text
        assert "NEGATIVE_CASH denied 1 order" in told.text
        assert f"/r/{run.number}/?tab=decisions&step=4#decision" in told.text
        assert told.unverified == []
    assert "neither lost nor made money" in asked(alice, "Why did I lose money?", run).text


def test_a_loss_that_is_none_is_contradicted(alice: User, winning_run: Run, losing_run: Run) -> None:
    told = asked(alice, "Why did I lose money?", winning_run)
    assert told.text.startswith(
        "It did not lose money as a whole.\n\n**Run 1 of Winner made $13.00** (0.13\u202f%)"
    )
    assert "It made no money as a whole." in asked(alice, "What made the money?", losing_run).text
    assert "It did not lose" not in asked(alice, "Why did I lose money?", losing_run).text


def test_the_figure_that_is_asked_for_stands_first(alice: User, losing_run: Run) -> None:
    """One of three trips won; seven orders at $1."""
    assert asked(alice, "what is the win rate?", losing_run).text.startswith("**Win rate: 33.33\u202f%**")
    assert asked(alice, "how much did I pay in fees?", losing_run).text.startswith("**Fees: $7.00**")
    assert asked(alice, "how much did it lose?", losing_run).text.startswith("**Profit: −$56.00**")
    assert "It is computed as: " in asked(alice, "What does the win rate mean?", losing_run).text
    held = asked(alice, "what is it holding?", losing_run).text
    assert "4 OTHER, bought at 51.00 on average, now at 50.00: −$4.00 of open profit" in held


def test_steps_at_which_nobody_was_asked_are_not_called_answered(alice: User, losing_run: Run) -> None:
    steps = losing_run.cursor
    every = asked(alice, "Should I trust this result?", losing_run).text
    assert f"- Answered by the decider: {steps} of the {steps} steps at which it was asked\n" in every
    Run.objects.filter(pk=losing_run.pk).update(asked_count=5, decided_count=4)
    told = asked(alice, "Should I trust this result?", losing_run)
    assert f"4 of the 5 steps at which it was asked, of {steps} steps in all" in told.text
    assert told.unverified == []
    who = asked(alice, "who made the decisions?", losing_run).text
    assert "of the steps at which it was asked: 80.00\u202f%" in who
    Run.objects.filter(pk=losing_run.pk).update(asked_count=0, decided_count=0)
    assert "was asked at no step" in asked(alice, "Should I trust this result?", losing_run).text


def test_without_a_run_the_pages_explain_a_figure(alice: User) -> None:
    told = asked(alice, "What does the Sharpe ratio say?")
    assert (told.failure, told.tools) == (None, ["calculate_metrics", "explain_feature"])


def test_runs_of_several_models_are_told_apart_and_linked(
    alice: User, winning_run: Run, losing_run: Run
) -> None:
    best = asked(alice, "Which of my Models did best, and why?")
    assert best.text.startswith("**Run 1 of Winner did best** with 0.13\u202f%.")
    assert f"[run 1 of Winner](/models/{winning_run.model_id}/r/1/) came to" in best.text
    assert f"[run 1 of Scripted](/models/{losing_run.model_id}/r/1/) came to" in best.text
    assert "**Run 1 of Winner made $13.00**" in best.text
    worst = asked(alice, "Where do my Models lose money?")
    assert worst.text.startswith("**Run 1 of Scripted did worst** with −0.56\u202f%.")
    assert "- TEST: 2 trips, −$64.00, 0 won." in worst.text
    total = asked(alice, "How much money did I make in total?")
    assert "don't add up to one account" in total.text
    for told in (best, worst, total):
        assert told.unverified == []


def test_runs_are_compared_by_their_models_names(alice: User, winning_run: Run, losing_run: Run) -> None:
    told = asked(alice, "compare run 1 of Scripted with run 1 of Winner")
    assert told.results["compare_runs"].payload["tables"][0]["total"] == 2
    assert "**Run 1 of Winner did best**" in told.text


def test_luck_is_told_as_it_was_worked_out(alice: User, losing_run: Run) -> None:
    assert "is worked out under “Luck”" in asked(alice, "Was it luck?", losing_run).text
    with acting_as(alice.pk):
        luck_make(alice.pk, losing_run.pk)
    told = asked(alice, "Was it luck?", losing_run)
    assert told.text.startswith("**Not distinguishable from luck")
    assert told.unverified == []


def test_an_order_at_about_a_time_is_found(alice: User, losing_run: Run) -> None:
    told = asked(alice, "why did it sell at 09:36?", losing_run)
    assert "No order was asked for then. Those nearest to it:" in told.text
    assert "step=5#decision" in told.text


def test_commands_are_refused_without_a_tool(alice: User, losing_run: Run) -> None:
    for command in ("delete all my runs", "buy 100 shares of TEST", "please sell everything now"):
        told = asked(alice, command, losing_run)
        assert (told.tools, told.proposals) == ([], [])
        assert "I only look and propose." in told.text


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Warum habe ich Geld verloren?", "why"),
        ("Wieso bin ich im Minus?", "why"),
        ("¿Por qué perdí dinero?", "why"),
        ("pourquoi ai-je perdu de l'argent", "why"),
        ("Perché ho perso soldi?", "why"),
        ("Por que perdi dinheiro?", "why"),
        ("Почему я потерял деньги?", "why"),
        ("为什么我亏钱了？", "why"),
        ("なぜ損をしたのですか", "why"),
        ("Was waren die besten und schlechtesten Trades?", "best_and_worst"),
        ("¿Cuáles fueron las mejores operaciones?", "best_and_worst"),
        ("Schlag eine Regel vor", "suggest_rule"),
        ("Suggère une règle", "suggest_rule"),
        ("Sugiere una regla", "suggest_rule"),
        ("Vergleiche mit Run 1", "compare"),
        ("Wie lief es?", "result"),
        ("Hallo!", "help"),
        ("Bonjour", "help"),
    ],
)
def test_common_questions_in_other_languages_are_understood(question: str, intent: str) -> None:
    asking = Asking(User(pk=1), 1, 1)
    assert intent_of(question, asking).name == "unknown"
    assert intent_of(meaning_of(question) or "", asking).name == intent


def test_another_language_is_answered_in_english_and_says_so(alice: User, losing_run: Run) -> None:
    told = asked(alice, "Warum habe ich Geld verloren?", losing_run)
    assert told.text.startswith(
        "I answer in English, and read your question as “Why did I lose money?”\n\n**Run 1"
    )
    unknown = asked(alice, "Xyzzy plugh", losing_run)
    assert (unknown.tools, unknown.text.startswith("**I did not understand that.**")) == ([], True)


def test_losing_runs_may_be_many(alice: User, losing_run: Run) -> None:
    losing_run_of(alice, losing_run.model)
    assert asked(alice, "How did its runs go?", losing_run.model).text.startswith(
        "**They came to the same: −0.56"
    )
