"""A language model's run goes on after any interruption as if nothing had happened, and no answer is paid for twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from agents.llm.types import Ask, ProviderDown, StopAsked
from agents.tasks import run_slice
from agents.tests.llm_world import BARS, LlmTrade, TakeSeat, decision_json, hold, trader
from agents.tests.world import run_make
from broker.models import EquityPoint, Fill, Order
from profiles.models import TradingModel
from reasoning.export import chain_verify
from reasoning.models import Entry, EntryKind
from reasoning.services import entries_append
from runs.models import Run, RunEvent, RunState


def test_a_resumed_run_asks_what_it_would_have_asked_and_pays_once(
    alice: User, llm_model: TradingModel, seat: TakeSeat, llm_trade: LlmTrade
) -> None:
    undisturbed, whole = llm_trade(trader)
    journal = seat(trader)
    params = {"analysis_every": 10, "bars_shown": 5}
    run = run_make(alice, llm_model, "llm", decider_params=params)
    slices = 1
    while run_slice(alice.pk, run.pk, slice_seconds=0):  # another worker at every step
        slices += 1
    run.refresh_from_db()
    assert (run.state, slices) == (RunState.COMPLETED, BARS)
    assert [ask.messages for ask in journal.asked] == [ask.messages for ask in whole.asked]
    assert journal.seen == journal.asked, "no question of another worker was asked twice"
    assert fills(run) == fills(undisturbed) != []
    assert run.statistics.values == undisturbed.statistics.values


def fills(run: Run) -> list[tuple[Any, ...]]:
    rows = Fill.objects.filter(run=run).order_by("seq")
    return list(rows.values_list("order__number", "at", "side", "quantity", "price", "fee"))


@pytest.mark.parametrize("kind", ["plan", "analysis", "decision", "reflection"])
def test_a_worker_that_dies_before_its_commit_leaves_the_answer_to_the_next(
    alice: User,
    llm_model: TradingModel,
    seat: TakeSeat,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    journal = seat(trader)
    run = run_make(alice, llm_model, "llm", decider_params={"analysis_every": 10})
    dying = {"plan": 1, "analysis": 11, "decision": 5, "reflection": BARS}[kind]

    class Died(BaseException):
        """As a kill: nothing of ours runs after it."""

    with monkeypatch.context() as patch:

        def die(run: Run, results: list[Any], thoughts: Any = ()) -> None:
            step = results[-1].step if results else BARS
            if step == dying and (results or kind == "reflection"):
                raise Died
            entries_append(run, results, thoughts)

        patch.setattr("agents.session.entries_append", die)
        with pytest.raises(Died):
            run_slice(alice.pk, run.pk, slice_seconds=60)
    asked = len(journal.asked)
    Run.objects.filter(pk=run.pk).update(lease_expires_at=None)
    while run_slice(alice.pk, run.pk, slice_seconds=60):
        pass
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert [
        entry.step for entry in Entry.objects.filter(run=run, kind=EntryKind.DECISION).order_by("seq")
    ] == list(range(1, BARS + 1))
    repeated = [ask for ask in journal.seen if journal.seen.count(ask) > 1]
    assert repeated, "the second worker asked the dead one's question"
    assert len(journal.asked) >= asked
    assert len({(ask.purpose, ask.step) for ask in journal.asked}) == len(journal.asked)
    assert chain_verify(run).is_whole


def advances(run: Run) -> list[int]:
    """Where the run stood after each commit."""
    events = RunEvent.objects.filter(run=run, kind="advanced").order_by("seq")
    return [event.payload["cursor"] for event in events]


def test_bars_at_which_nobody_is_asked_are_stored_with_the_next_that_is(
    llm_trade: LlmTrade, settings: Settings
) -> None:
    settings.RUN_COMMIT_SECONDS = 60
    run, _ = llm_trade(trader, every=10, on_fill=False, on_event=False)
    assert advances(run) == [1, 11, 21, BARS]
    one_by_one, _ = llm_trade(trader, every=1)
    assert advances(one_by_one) == list(range(1, BARS + 1)), "an answer that was paid for is stored at once"
    assert chain_verify(run).is_whole


def test_prompts_after_bars_that_nobody_was_asked_at_show_what_happened_in_them(
    alice: User, llm_model: TradingModel, seat: TakeSeat, llm_trade: LlmTrade, settings: Settings
) -> None:
    settings.RUN_COMMIT_SECONDS = 60
    undisturbed, whole = llm_trade(trader, every=2, shade_rate=0.5)
    settings.RUN_COMMIT_SECONDS = 0
    alone, journal = llm_trade(trader, every=2, shade_rate=0.5)
    assert advances(alone) == list(range(1, BARS + 1)) != advances(undisturbed)
    assert [ask.messages for ask in journal.asked] == [ask.messages for ask in whole.asked]
    assert fills(alone) == fills(undisturbed) != []


@pytest.mark.parametrize(
    ("reason", "state"), [(StopAsked(), RunState.STOPPED), (ProviderDown("auth", "No."), RunState.PAUSED)]
)
def test_bars_before_a_question_that_finds_no_answer_count(
    alice: User,
    llm_model: TradingModel,
    seat: TakeSeat,
    settings: Settings,
    reason: Exception,
    state: RunState,
) -> None:
    settings.RUN_COMMIT_SECONDS = 60
    buy = decision_json({"action": "buy", "symbol": "TEST", "quantity": 10})

    def brain(ask: Ask) -> Any:
        if ask.step == 11:
            if state == RunState.STOPPED:
                Run.objects.update(stop_requested_at=timezone.now())
            return reason
        return buy if ask.step == 1 and ask.schema else hold(ask)

    seat(brain)
    params = {"every": 10, "on_fill": False, "analysis_every": 0}
    run = run_make(alice, llm_model, "llm", decider_params=params)
    assert not run_slice(alice.pk, run.pk, slice_seconds=60)
    run.refresh_from_db()
    assert (run.state, run.cursor, advances(run)) == (state, 10, [1, 10])
    assert EquityPoint.objects.filter(run=run).count() == 10
    assert [row[1:3] for row in fills(run)] == [(Order.objects.get(run=run).active_from, "buy")]
    assert chain_verify(run).is_whole
