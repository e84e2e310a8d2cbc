"""Sessions that ask the scripted language model over HTTP: paused, resumed, stopped, and paid for once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.llm import lookout
from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import NOTICE_SECONDS, FakeServer
from agents.llm.lookout import Waiting
from agents.llm.types import StopAsked
from agents.services import session_resume, session_start
from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make, request_make
from core.errors import UserError
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.models import TradingModel
from reasoning.calls.models import LLMCall
from reasoning.calls.selectors import is_request_intact, used_by_run
from reasoning.models import Entry
from runs.models import Run, RunState
from runs.selectors import access_run
from runs.services import run_budget_set, run_stop
from tradelab.tests.support import eventually

BARS = 8
QUICK = 0.02
CALLS = BARS + 2  # a plan before them, a reflection behind


@pytest.fixture(autouse=True)
def quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LLM_BEAT_SECONDS = QUICK
    monkeypatch.setattr("agents.llm.attempts.FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("agents.tasks.run_advance_asking.delay", lambda *ids: None)


@pytest.fixture
def model(alice: User, fakellm: FakeServer) -> TradingModel:
    bars_make(left_out=range(BARS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"], key="any")
    return model_make(alice, decider="llm")


Trade = Callable[..., Run]


@pytest.fixture
def trade(alice: User, model: TradingModel) -> Trade:
    def trade(**fields: Any) -> Run:
        run = session_run(alice, request_make(model, "llm", **fields), lambda run: None)
        run.refresh_from_db()
        return run

    return trade


def go_on(alice: User, run: Run) -> Run:
    while run_slice(alice.pk, run.pk, slice_seconds=60):
        pass
    with acting_as(alice.pk):
        return access_run(alice, run.pk)


def test_a_session_asks_once_per_step_and_every_call_is_on_record(trade: Trade, fakellm: FakeServer) -> None:
    run = trade()
    assert (run.state, run.cursor, run.decided_count) == (RunState.COMPLETED, BARS, BARS)
    assert fakellm.state.report()["calls"] == CALLS == LLMCall.objects.filter(run=run).count()
    assert all(is_request_intact(call) for call in LLMCall.objects.all())
    assert run.decider_params["endpoint"] == "Scripted"
    assert run.snapshot["decider"]["params"]["ai_model"] == "scripted"


def test_a_session_without_an_endpoint_is_refused_with_the_reason(alice: User, fakellm: FakeServer) -> None:
    bars_make(left_out=range(BARS, 390))
    model = model_make(alice, decider="llm")
    with pytest.raises(UserError, match="no endpoint of a language model yet"):
        session_start(alice, request_make(model, "llm"))
    assert not Run.objects.exists()


def test_a_budget_pauses_the_run_and_raising_it_lets_it_go_on(
    alice: User, trade: Trade, fakellm: FakeServer
) -> None:
    run = trade(budget={"calls": 4})
    assert (run.state, run.pause_code, run.cursor, run.resume_at) == (
        RunState.PAUSED,
        "budget_run_calls",
        3,
        None,
    )
    assert "budget is 4 calls" in run.pause_message
    assert fakellm.state.report()["calls"] == 4
    assert not run_slice(alice.pk, run.pk, slice_seconds=60), "it waits"
    run_budget_set(alice, run.pk, {"calls": 100})
    session_resume(alice, run.pk)
    ended = go_on(alice, run)
    assert (ended.state, ended.cursor, ended.decided_count) == (RunState.COMPLETED, BARS, BARS)
    assert fakellm.state.report()["calls"] == CALLS, "what had been paid for was not asked again"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("error", "provider_error"), ("no_credit", "no_credit"), ("unauthorised", "auth")],
)
def test_a_provider_that_fails_pauses_the_run_and_nothing_decides_in_its_place(
    alice: User, trade: Trade, fakellm: FakeServer, behaviour: str, code: str
) -> None:
    fakellm.state.behaviour = Behaviour.of(f"scripted:{behaviour}")
    run = trade()
    assert (run.state, run.pause_code, run.cursor) == (RunState.PAUSED, code, 0)
    assert (run.resume_at is not None) is (code == "provider_error")
    assert not Entry.objects.filter(run=run).exists()
    fakellm.state.behaviour = Behaviour()
    session_resume(alice, run.pk)
    assert go_on(alice, run).decided_count == BARS


def test_a_run_that_paused_in_the_middle_ends_as_one_that_did_not(
    alice: User, trade: Trade, fakellm: FakeServer
) -> None:
    quiet = trade()
    broken = trade(budget={"calls": 5})
    assert broken.state == RunState.PAUSED
    run_budget_set(alice, broken.pk, {"calls": None})
    session_resume(alice, broken.pk)
    broken = go_on(alice, broken)
    assert (broken.state, quiet.state) == (RunState.COMPLETED, RunState.COMPLETED)
    answers = [
        list(
            Entry.objects.filter(run=run, kind="decision")
            .order_by("seq")
            .values_list("step", "content", "intents")
        )
        for run in (quiet, broken)
    ]
    assert answers[0] == answers[1]
    assert broken.equity == quiet.equity


@pytest.mark.django_db(transaction=True)
def test_stop_ends_a_call_in_flight_at_the_next_beat(
    settings: Settings, fakellm: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.LLM_BEAT_SECONDS == QUICK, "in a run a beat is a second"
    alice = User.objects.create_user("alice")
    bars_make(left_out=range(BARS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted:latency=600"])
    with acting_as(alice.pk):
        run, _ = session_start(alice, request_make(model_make(alice), "llm"))
    beats, told, look = Counter[str](), list[tuple[int, BaseException]](), lookout.look

    def counted(waiting: Sequence[Waiting]) -> None:
        beats["after" if stopped.is_set() else "before"] += 1
        look([Waiting(one.claim, partial(tell, one.end)) for one in waiting])

    def tell(end: Callable[[BaseException], None], reason: BaseException) -> None:
        told.append((beats["after"], reason))
        end(reason)

    def work() -> None:
        run_slice(alice.pk, run.pk, slice_seconds=600)
        connection.close()

    stopped = threading.Event()
    monkeypatch.setattr(lookout, "look", counted)
    worker = threading.Thread(target=work)
    worker.start()
    eventually(lambda: fakellm.state.in_flight == 1 and beats["before"] > 2, seconds=60)
    with acting_as(alice.pk):
        run_stop(alice, run.pk)
    stopped.set()
    worker.join(60)
    assert not worker.is_alive()
    assert told[0][0] <= 1, "the first beat after Stop closes the connection"
    assert isinstance(told[0][1], StopAsked)
    eventually(lambda: fakellm.state.hung_up == 1)
    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    assert used_by_run(alice.pk, run.pk).calls == 1


def test_stop_takes_less_than_two_seconds() -> None:
    from tradelab import settings

    assert settings.LLM_BEAT_SECONDS + NOTICE_SECONDS < 2, "a beat, and the end of the connection"
