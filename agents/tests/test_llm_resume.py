"""A language model's run goes on after any interruption as if nothing had happened, and no answer is paid for twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.tasks import run_slice
from agents.tests.llm_world import BARS, LlmTrade, TakeSeat, trader
from agents.tests.world import run_make
from broker.models import Fill
from profiles.models import TradingModel
from reasoning.export import chain_verify
from reasoning.models import Entry, EntryKind
from reasoning.services import entries_append
from runs.models import Run, RunState


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
