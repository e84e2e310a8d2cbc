"""A language model in a live session: asked at bars that are young, never about late ones, paid for once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents import session
from agents.live.tests.test_day import Killed
from agents.live.tests.world import Tape, at, live_run, market_day, play, wake
from agents.llm.types import Ask, Purpose
from agents.replay import differences, replay
from agents.tests.llm_world import HOLD, FakeJournal, decision_json, endpoint_make
from agents.tests.world import model_make
from broker.models import Fill
from reasoning.export import chain_verify
from reasoning.models import Entry
from runs.models import Run, RunState

BUY = {"action": "buy", "symbol": "TEST", "quantity": 10}


def brain(ask: Ask) -> str:
    if ask.schema is None:
        return "Stay small."
    return decision_json(BUY) if ask.step == 3 else HOLD


@pytest.fixture
def journal(alice: User, monkeypatch: pytest.MonkeyPatch) -> FakeJournal:
    endpoint_make(alice)
    journal = FakeJournal(brain)
    monkeypatch.setattr("agents.setup.journal_open", lambda user, claim, run: journal)
    return journal


def ten_minutes() -> Tape:
    """Twelve bars before the close, of which the sixth is late."""
    tape = Tape()
    tape.row(378, *[100.0] * 5)
    tape.bar(383, 100, late=62)
    tape.row(384, *[100.0] * 6)
    return tape


def test_a_language_model_trades_live_and_is_not_asked_about_a_late_bar(
    alice: User, journal: FakeJournal
) -> None:
    with market_day(ten_minutes(), now=at(378)) as hands:
        run = play(live_run(alice, model_make(alice), "llm", decider_params={"bars_shown": 5}), hands)
    assert (run.state, run.cursor, run.asked_count, run.decided_count) == (RunState.COMPLETED, 12, 11, 11)
    asked = [ask.step for ask in journal.asked if ask.purpose is Purpose.DECISION]
    assert asked == [step for step in range(1, 13) if step != 6]
    late = Entry.objects.get(run=run, kind="decision", step=6)
    assert (late.outcome, late.context) == ("skipped", {"skipped": "late"})
    assert list(Fill.objects.filter(run=run).values_list("step", "quantity")) == [(4, 10)]
    assert journal.count(Purpose.PLAN) == journal.count(Purpose.REFLECTION) == 1
    assert chain_verify(run).is_whole
    assert differences(run, replay(run)) == []


def test_an_answer_that_was_paid_for_before_the_worker_died_is_not_paid_for_again(
    alice: User, journal: FakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: object) -> RunState:
        raise Killed

    with market_day(ten_minutes(), now=at(378)) as hands:
        run = live_run(alice, model_make(alice), "llm", decider_params={"bars_shown": 5})
        run = play(run, hands, at(380, 30))
        hands.move_to(at(381, 1))
        with monkeypatch.context() as patch:
            patch.setattr(session, "act", die)
            with pytest.raises(Killed):
                wake(run)
        Run.objects.filter(pk=run.pk).update(lease_expires_at=run.created_at)
        run = wake(run)
    assert (run.cursor, run.order_count) == (3, 1)
    assert [ask.step for ask in journal.asked if ask.purpose is Purpose.DECISION] == [1, 2, 3]
