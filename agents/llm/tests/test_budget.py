"""Caps are met before the call that would break them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.llm.budget import Budget, Caps
from agents.llm.fake.server import FakeServer
from agents.llm.tests.asking import ask_of, journal_at
from agents.llm.types import BudgetReached
from profiles.llm.models import LLMPrice
from reasoning.calls.selectors import (
    used_by_run,
)
from runs.models import Run
from runs.tests.factories import run_make


def spend(journal: Any, steps: int) -> int:
    """Ask until a cap is met; return how many questions were answered."""
    for step in range(1, steps + 1):
        try:
            journal.ask(ask_of(step))
        except BudgetReached:
            return step - 1
    return steps


def test_a_cap_on_calls_is_met_before_the_call_that_would_break_it(
    alice: User, run: Run, fakellm: FakeServer
) -> None:
    journal = journal_at(fakellm, alice, run=run, budget=Budget(run=Caps(calls=3)))
    assert spend(journal, 10) == 3
    assert fakellm.state.report()["calls"] == 3
    with pytest.raises(BudgetReached, match=r"This run's budget is 3 calls; 3 are used\.") as caught:
        journal.ask(ask_of(4))
    assert (caught.value.kind, caught.value.code, caught.value.retry_at) == (
        "calls",
        "budget_run_calls",
        None,
    )
    raised = journal_at(fakellm, alice, run=run, budget=Budget(run=Caps(calls=5)))
    assert spend(raised, 10) == 5, "three of them had been paid for"
    assert fakellm.state.report()["calls"] == 5


def test_a_cap_on_tokens_and_one_on_money_are_not_broken(alice: User, fakellm: FakeServer) -> None:
    LLMPrice.objects.create(model="scripted", input_per_million=100, output_per_million=400)
    for caps in (Caps(tokens=5000), Caps(cost=Decimal("0.50"))):
        run = run_make(alice)
        answered = spend(journal_at(fakellm, alice, run=run, budget=Budget(run=caps)), 30)
        used = used_by_run(alice.pk, run.pk)
        assert 0 < answered < 30
        assert used.tokens <= (caps.tokens or 10**9)
        assert used.cost <= (caps.cost or 10**9)


def test_a_cap_of_the_day_covers_all_runs_and_ends_with_the_day(alice: User, fakellm: FakeServer) -> None:
    budget = Budget(day=Caps(calls=4))
    first = spend(journal_at(fakellm, alice, run=run_make(alice), budget=budget), 3)
    journal = journal_at(fakellm, alice, run=run_make(alice), budget=budget)
    assert (first, spend(journal, 3)) == (3, 1)
    with pytest.raises(BudgetReached, match="Today's") as caught:
        journal.ask(ask_of(9))
    assert caught.value.retry_at is not None
    assert (caught.value.retry_at.hour, caught.value.retry_at.minute) == (0, 0)


def test_a_cap_of_zero_asks_nothing(alice: User, run: Run, fakellm: FakeServer) -> None:
    for caps in (Caps(calls=0), Caps(tokens=0), Caps(cost=Decimal(0)), Caps(seconds=0)):
        with pytest.raises(BudgetReached):
            journal_at(fakellm, alice, run=run, budget=Budget(run=caps)).ask(ask_of())
    assert fakellm.state.report()["calls"] == 0
