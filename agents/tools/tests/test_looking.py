"""Reasoning, single decisions, configuration, bars and documentation through the tools."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.tests.llm_world import LlmTrade
from agents.tests.llm_world import trader as brain
from agents.tests.tape import queued, trade, wish
from agents.tools.base import Asking
from agents.tools.tests.scene import SCRIPT, column, fact, market_make, model_of, table, used
from agents.tools.use import tool_use
from profiles.models import TradingModel, TradingProfile
from rules.tests.factories import rule_make
from runs.models import Run
from runs.tests.factories import OPEN, step_end


def test_reasoning_by_outcome_names_the_limits_that_said_no(alice: User, losing_run: Run) -> None:
    found = used(alice, "get_reasoning", run=losing_run, outcome="denied")
    entries = table(found, "Entries")
    assert column(entries, "step") == [4]
    assert "buy 1,000 TEST" in column(entries, "asked_for")[0].replace("1000", "1,000")
    assert "NEGATIVE_CASH" in column(entries, "asked_for")[0]
    assert fact(found, "ordered") == 5
    assert fact(found, "denied") == 1
    assert (entries.urls[0] or "").endswith("step=4#decision")


def test_reasoning_by_words_and_time(alice: User, losing_run: Run) -> None:
    assert column(
        table(used(alice, "get_reasoning", run=losing_run, text="step 9 of"), "Entries"), "step"
    ) == [9]
    between = used(
        alice, "get_reasoning", run=losing_run, time_from="09:34", time_to="09:36", newest_first=False
    )
    assert column(table(between, "Entries"), "step") == [4, 5, 6]
    assert column(table(between, "Entries"), "at") == [step_end(step) for step in (4, 5, 6)]
    assert fact(used(alice, "get_reasoning", run=losing_run, text="100%_"), "matching") == 0
    assert (
        fact(used(alice, "get_reasoning", run=losing_run, symbol="other", outcome="ordered"), "matching") == 3
    )


def test_what_is_left_out_is_counted(alice: User, losing_run: Run) -> None:
    entries = table(used(alice, "get_reasoning", run=losing_run, limit=2), "Entries")
    assert (len(entries.rows), entries.total) == (2, losing_run.log_count)


def test_decision_with_its_order_and_fill(alice: User, losing_run: Run) -> None:
    found = used(alice, "get_decision", run=losing_run, step=2)
    assert fact(found, "outcome") == "ordered"
    assert fact(found, "reasoning") == "Step 2 of the script."
    assert column(table(found, "Orders"), "side") == ["buy"]
    fills = table(found, "Fills")
    assert (column(fills, "price"), column(fills, "fee"), column(fills, "slippage")) == ([100], [1], [0])
    assert column(table(found, "Newest bars"), "start")[0] == OPEN.replace(minute=31)  # bar 1 had just closed


def test_decision_with_the_limits_that_denied_it(alice: User, losing_run: Run) -> None:
    limits = table(used(alice, "get_decision", run=losing_run, step=4), "Limits")
    assert "NEGATIVE_CASH" in column(limits, "code")
    assert "gate" in column(limits, "source")
    assert set(column(limits, "effect")) == {"denied"}


def test_decision_says_what_each_limit_did(alice: User) -> None:
    market_make()
    model = model_of(alice)
    rule_make(model, name="Small bites", verb="resize")
    run = trade(alice, model, {1: [wish("buy", 30)], 3: [wish("buy", 1)]})
    limits = [table(used(alice, "get_decision", run=run, step=step), "Limits") for step in (1, 3)]
    assert [column(each, "effect") for each in limits] == [["resized from 30 to 20 shares"], ["denied"]]
    assert [column(each, "source") for each in limits] == [["rule: Small bites"]] * 2
    asked_for = column(
        table(used(alice, "get_reasoning", run=run, outcome="ordered"), "Entries"), "asked_for"
    )
    assert "resized from 30 to 20 shares by MAX_POSITION_PERCENT" in asked_for[0]


def test_decision_by_order_number(alice: User, losing_run: Run) -> None:
    assert fact(used(alice, "get_decision", run=losing_run, order_number=2), "decision_step") == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{}", "Say which decision"),
        ('{"step": 99}', "no decision of its own on record at step 99"),
        ('{"order_number": 88}', "none with number 88"),
    ],
)
def test_decisions_that_are_none(alice: User, losing_run: Run, arguments: str, words: str) -> None:
    assert words in (tool_use(Asking(alice, run_id=losing_run.pk), "get_decision", arguments).error or "")


def test_decision_of_a_language_model_shows_prompt_and_answer(alice: User, llm_trade: LlmTrade) -> None:
    run, _ = llm_trade(brain)
    found = used(alice, "get_decision", run=run, step=3, with_prompt=True)
    assert fact(found, "confidence") == 0.6
    assert column(table(found, "Orders"), "quantity") == [10]


def test_configuration_names_every_limit_and_the_strictest_binds(alice: User, losing_run: Run) -> None:
    TradingProfile.objects.filter(user=alice).update(max_position_size_percent=30)
    found = used(alice, "get_model_config", model=losing_run.model)
    limits = table(found, "Effective limits")
    positions = [row for row in limits.rows if row[0] == "Largest position"]
    assert [list(row) for row in positions] == [
        ["Largest position", "30", "% of equity", "profile", "yes"],
        ["Largest position", "50", "% of equity", "gate", "no"],
    ]


def test_configuration_of_a_run_is_that_of_its_snapshot(alice: User, losing_run: Run) -> None:
    TradingModel.objects.filter(pk=losing_run.model_id).update(custom_instructions="Be bold.")
    losing_run.model.refresh_from_db()
    now = used(alice, "get_model_config", model=losing_run.model)
    then = used(alice, "get_model_config", run=losing_run, as_run=True)
    assert fact(now, "custom_instructions") == "Be bold."
    assert fact(then, "custom_instructions") is None
    execution = table(then, "Fills and fees")
    assert {row[0]: row[1] for row in execution.rows}["fee_per_trade"] == "1"


def test_without_a_model_it_lists_them(alice: User, losing_run: Run) -> None:
    found = used(alice, "get_model_config")
    assert fact(found, "models") == 1
    assert column(table(found, "Models"), "runs") == [1]


def test_bars_between_two_moments(alice: User, losing_run: Run) -> None:
    found = used(alice, "get_bars", run=losing_run, time_from="09:33", time_to="09:36")
    assert column(table(found, "Newest"), "close") == [98, 97, 96, 96]
    assert (fact(found, "first_open"), fact(found, "last_close"), fact(found, "low")) == (98, 96, 96)
    assert fact(found, "change") == pytest.approx(96 / 98 - 1)
    merged = used(alice, "get_bars", run=losing_run, symbol="OTHER", merge=13)
    assert [list(row[1:]) for row in table(merged, "Newest").rows] == [[50, 53, 50, 50, 1_300_000]]


def test_a_run_that_is_under_way_shows_nothing_after_its_clock(alice: User) -> None:
    """Prices are known to the day's end, the run has come to step 5."""
    market_make()
    run = queued(alice, model_of(alice), SCRIPT, symbols=["TEST", "OTHER"])
    Run.objects.filter(pk=run.pk).update(
        state="running", cursor=5, steps_total=13, simulated_at=step_end(5), equity=Decimal(10_000)
    )
    run.refresh_from_db()
    found = used(alice, "get_bars", run=run, time_from="09:30", time_to="16:00")
    assert column(table(found, "Newest"), "close") == [100, 100, 100, 98, 97]
    assert any("as of its last step" in note for note in found.notes)
    assert fact(found, "as_of") == step_end(5)


def test_bars_of_a_foreign_symbol_are_refused_in_words(alice: User, losing_run: Run) -> None:
    found = tool_use(Asking(alice, run_id=losing_run.pk), "get_bars", '{"symbol": "SPY"}')
    assert found.error == "Run 1 trades TEST, OTHER, not SPY."


def test_documentation_answers_from_the_page_that_speaks_of_it(alice: User) -> None:
    found = used(alice, "explain_feature", about="how is slippage computed")
    assert column(table(found, "Passages"), "page")[0] == "fills"
    assert used(alice, "explain_feature", about="zzzz qqqq").notes == ["No page says anything about this."]
