"""What else can happen to a live session: a silent feed, a slow answer, a pause, a stop, a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.deciders.scripted import Scripted
from agents.live.tests.world import BEFORE, CLOSE, Tape, at, live_run, market_day, play, wake
from agents.replay import differences, replay
from agents.services import session_resume
from agents.tests.tape import script_of, trader, wish
from core.clock import Hands
from core.errors import UserError
from market.feeds import FEEDS
from market.feeds.base import FeedRefused
from profiles.models import TradingModel
from reasoning.models import Entry
from runs.models import LiveBar, LiveSession, Run, RunState
from runs.services import lease_take, run_pause_ask, run_stop

BUY = script_of({1: [wish("buy", 10)]})


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def skipped(run: Run) -> dict[int, str]:
    rows = Entry.objects.filter(run=run, outcome="skipped").values_list("step", "context")
    return {step: context["skipped"] for step, context in rows}


def test_what_closed_before_the_run_was_started_is_its_history(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(0, *[100.0] * 8)
    with market_day(tape, now=at(5, 20)) as hands:
        run = live_run(alice, model, decider_params=script_of({3: [wish("buy", 1)], 6: [wish("buy", 2)]}))
        run = play(run, hands, at(8, 30))
    assert skipped(run) == dict.fromkeys(range(1, 5), "before the start"), "the fifth closed 20 s ago"
    assert (run.cursor, run.order_count) == (8, 1)
    assert LiveSession.objects.get(run=run).late == 0


def test_a_session_without_any_bar_fails_and_has_no_return(alice: User, model: TradingModel) -> None:
    with market_day(Tape(), now=at(385)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands)
    assert (run.state, run.failure_code, run.cursor) == (RunState.FAILED, "no_data", 0)


def test_a_session_whose_last_bar_never_comes_ends_all_the_same(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(385, 100, 100, 100)
    limit = wish("buy", 5, order_type="limit", limit_price="90")
    with market_day(tape, now=at(385)) as hands:
        run = play(live_run(alice, model, decider_params=script_of({1: [limit]})), hands)
    assert (run.state, run.cursor, run.simulated_at) == (RunState.COMPLETED, 4, CLOSE)
    assert skipped(run) == {4: "no bar"}
    assert differences(run, replay(run)) == []


def test_a_feed_that_answers_and_has_nothing_new_is_out(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(380, 100, 100)
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(386, 30))
        live = LiveSession.objects.get(run=run)
        assert "brought no new bar" in live.problem
        tape.bar(386, 100)
        play(run, hands, at(387, 30))
    live.refresh_from_db()
    assert (live.problem, live.down_since, live.outages) == ("", None, 1)


def test_a_bar_that_no_market_prints_is_refused_and_its_correction_taken(
    alice: User, model: TradingModel
) -> None:
    tape = Tape()
    tape.row(380, 100)
    tape.bar(381, 100, 90, 80, 100)  # its high lies below its open
    tape.bar(381, 100, 101, 99, 100, late=15)
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(383))
    assert list(LiveBar.objects.filter(run=run).order_by("id").values_list("fate", flat=True)) == [
        "taken",
        "refused",
        "taken",
    ]
    assert (run.cursor, LiveSession.objects.get(run=run).refused) == (2, 1)


def test_a_bar_that_has_not_closed_is_not_seen(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(380, 100)
    tape.bar(381, 100, late=-30)  # the vendor tells it half a minute before its close
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(381, 45))
        assert LiveBar.objects.filter(run=run).count() == 1
        play(run, hands, at(382, 5))
    assert LiveBar.objects.filter(run=run).count() == 2


def slow(monkeypatch: pytest.MonkeyPatch, hands: Hands, seconds: float) -> None:
    """Let the decider take its time over every answer that wants something."""
    decide: Callable[..., Any] = Scripted.decide

    def decide_slowly(self: Scripted, observation: Any) -> Any:
        decision = decide(self, observation)
        if decision.intents:
            hands.move_to(hands.moment + timedelta(seconds=seconds))
        return decision

    monkeypatch.setattr(Scripted, "decide", decide_slowly)


@pytest.mark.parametrize(("seconds", "outcome"), [(40, "ordered"), (75, "failed")])
def test_an_answer_counts_while_the_next_bar_is_open(
    alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch, seconds: float, outcome: str
) -> None:
    tape = Tape()
    tape.row(380, 100, 100, 100)
    with market_day(tape, now=at(380)) as hands:
        slow(monkeypatch, hands, seconds)
        run = play(live_run(alice, model, decider_params=script_of({2: [wish("buy", 10)]})), hands, at(384))
    entry = Entry.objects.get(run=run, step=2)
    assert entry.outcome == outcome
    assert entry.failure_code == ("" if outcome == "ordered" else "answer_late")
    assert differences(run, replay(run)) == []


def test_a_pause_lets_bars_go_by_and_they_are_history_afterwards(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(380, *[100.0] * 8)
    script = script_of({3: [wish("buy", 1)], 7: [wish("buy", 2)]})
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=script), hands, at(382, 30))
        assert run_pause_ask(alice, run.pk).state == RunState.PAUSED, "it holds no worker, so at once"
        hands.move_to(at(386, 5))
        session_resume(alice, run.pk)
        run = play(run, hands, at(387, 30))
    assert skipped(run) == dict.fromkeys(range(3, 6), "late")
    assert (run.cursor, run.order_count) == (7, 1)


def test_a_stop_is_heard_while_it_waits_and_keeps_everything(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(380, 100, 100, 101)
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(382, 30))
        assert run_stop(alice, run.pk).wake_at == hands.moment, "beat sends for it at once"
        run = wake(run)
    run.refresh_from_db()
    assert (run.state, run.cursor, run.statistics.as_of_step) == (RunState.STOPPED, 2, 2)
    assert run.data_hash
    assert differences(run, replay(run)) == []


def test_workers_that_die_between_two_bars_are_no_fault_of_the_run(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(380, 100)
    tape.out(at(381, 30), CLOSE)
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(381, 40))
        for _ in range(8):
            assert lease_take(alice, run.pk, owner="dies") is not None
            Run.objects.filter(pk=run.pk).update(lease_expires_at=run.created_at)
            run = wake(run)
    assert (run.state, run.cursor, run.resumed_in_vain) == (RunState.RUNNING, 1, 0)


def test_a_feed_that_refuses_pauses_the_run_and_says_what_is_wanted(
    alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = Tape()
    tape.row(380, 100, 100, 100)
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, model, decider_params=BUY), hands, at(381, 30))

        def refuse(*args: object) -> None:
            raise FeedRefused("Played does not accept the key.")

        monkeypatch.setattr(FEEDS["played"], "closed_since", refuse)
        hands.move_to(at(382, 1))
        run = wake(run)
    assert (run.state, run.pause_code) == (RunState.PAUSED, "feed_refused")
    assert "does not accept the key" in run.pause_message


@pytest.mark.parametrize(
    ("now", "fields", "problem"),
    [
        (CLOSE, {}, "closed at 16:00 New York time"),
        (BEFORE - timedelta(days=9), {}, "more than 7 days ahead"),
        (BEFORE - timedelta(days=3), {"day": (BEFORE - timedelta(days=2)).date()}, "it is a Sunday"),
        (BEFORE, {"feed": "nobody"}, "There is no feed"),
        (BEFORE, {"mode": "daily"}, "minutes of one session"),
        (BEFORE, {"steps_per_second": 5.0}, "own pace"),
    ],
)
def test_a_session_that_cannot_happen_is_refused_with_what_is_wanted(
    alice: User, model: TradingModel, now: Any, fields: dict[str, Any], problem: str
) -> None:
    with market_day(Tape(), now=now), pytest.raises(UserError, match=problem):
        live_run(alice, model, decider_params=BUY, **fields)


def test_conventions_that_need_quotes_are_refused(alice: User, settings: Settings) -> None:
    model = trader(alice, "Quoted", execution={"slippage": "half_spread"})
    with market_day(Tape()), pytest.raises(UserError, match="bid and ask"):
        live_run(alice, model, decider_params=BUY)


def test_a_session_that_is_to_come_waits_for_its_open(alice: User, model: TradingModel) -> None:
    with market_day(Tape(), now=BEFORE - timedelta(days=3)):
        run = wake(live_run(alice, model, decider_params=BUY))
    assert (run.state, run.wake_at, run.lease_owner) == (RunState.RUNNING, at(1, 1), "")
