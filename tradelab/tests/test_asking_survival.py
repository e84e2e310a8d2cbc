"""A run that asks a language model outlives its workers: whatever they were doing when they were killed, it is paid once."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import FakeServer, serving
from agents.services import session_start
from agents.tasks import runs_wake
from agents.tests.world import bars_make, model_make, request_make
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.models import TradingModel
from reasoning.calls.models import LLMAttempt, LLMCall
from reasoning.calls.selectors import is_request_intact, used_by_run
from reasoning.export import log_verify
from reasoning.models import Entry
from runs.models import Run, RunState
from runs.services import run_stop
from tradelab.env import BASE_DIR
from tradelab.services.processes import Child, spawn, stop
from tradelab.tests.support import eventually, kill
from tradelab.tests.test_survival import record

LEASE_SECONDS = 2
STEPS, KILLS = 60, 10
# Where a step can be interrupted: before its call, in it, after the answer, and while it commits.
PHASES = ("before", "during", "answered", "committing")


@contextmanager
def worker(*options: str) -> Iterator[Child]:
    """A real worker on the test's database and Redis. Its one child takes the runs, and is born again when it dies."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        "DATABASE_ROLE": "app",
        "DATABASE_URL": url.geturl(),
        "RUN_LEASE_SECONDS": str(LEASE_SECONDS),
        "RUN_SLICE_SECONDS": "1",
    }
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "tradelab", "worker", "-Q", "llm"]
    command += ["-c", "1", "--without-gossip", "--without-mingle", *options]
    child = spawn("worker", command, environment=environment, folder=BASE_DIR, stop_signal=signal.SIGQUIT)
    try:
        yield child
    finally:
        stop([child], seconds=5)


@pytest.fixture
def fakellm() -> Iterator[FakeServer]:
    with serving() as server:
        yield server


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_run_survives_ten_kills_at_any_moment_and_asks_every_question_once(
    settings: Settings, fakellm: FakeServer
) -> None:
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    alice = User.objects.create_user("alice")
    bars_make(left_out=range(STEPS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    model = model_make(alice)
    quiet = session_run(alice, request_make(model, "llm"), lambda run: None)
    assert (quiet.state, quiet.cursor) == (RunState.COMPLETED, STEPS)
    assert quiet.fill_count > 4, "a run that trades little proves little"
    questions = fakellm.state.report()["calls"]

    fakellm.state.reset()
    fakellm.state.behaviour = Behaviour(latency=0.1)
    with acting_as(alice.pk):
        run, _ = session_start(alice, request_make(model, "llm"))
    kill_workers(run, fakellm)
    with worker():
        eventually(lambda: has_ended(run), seconds=60)

    run.refresh_from_db()
    assert (run.state, run.cursor, run.steps_total, run.failed_count) == (RunState.COMPLETED, STEPS, STEPS, 0)
    assert run.events.filter(kind="resumed").count() >= KILLS - 2
    decided = Entry.objects.filter(run=run, kind="decision").order_by("seq").values_list("step", flat=True)
    assert list(decided) == list(range(1, STEPS + 1)), "every step has exactly one decision"
    check_bill(run, fakellm, questions)
    assert log_verify(run).is_whole
    assert outcome(run) == outcome(quiet)
    assert run.statistics.values == quiet.statistics.values


STOP_WITHIN = timedelta(seconds=2)
TRIES = 3  # the machine may be busy with something else


@pytest.mark.django_db(transaction=True)
def test_stop_ends_a_call_in_flight_within_two_seconds_and_keeps_what_was_done(fakellm: FakeServer) -> None:
    alice = User.objects.create_user("alice")
    bars_make(left_out=range(STEPS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    model = model_make(alice)
    took: list[timedelta] = []
    with worker("--pool", "threads"):
        while len(took) < TRIES and not any(each <= STOP_WITHIN for each in took):
            took.append(stopped_in_flight(alice, model, fakellm))
    assert min(took) <= STOP_WITHIN


def stopped_in_flight(alice: User, model: TradingModel, fakellm: FakeServer) -> timedelta:
    """Start a run, stop it in a call that would take an hour, and say how long that took."""
    fakellm.state.reset()
    fakellm.state.behaviour = Behaviour()
    with acting_as(alice.pk):
        run, _ = session_start(alice, request_make(model, "llm"))
    eventually(partial(has_reached, run, 3), seconds=60)
    fakellm.state.behaviour = Behaviour(latency=3600)
    eventually(lambda: fakellm.state.in_flight > 0, seconds=20)
    with acting_as(alice.pk):
        run_stop(alice, run.pk)
    eventually(lambda: has_ended(run), seconds=30)
    eventually(
        lambda: fakellm.state.in_flight == 0, seconds=20
    )  # the connection is closed, not left to think
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.STOPPED, "")
    decided = Entry.objects.filter(run=run, kind="decision").order_by("seq").values_list("step", flat=True)
    assert list(decided) == list(range(1, run.cursor + 1))
    assert log_verify(run).is_whole
    assert run.ended_at is not None
    assert run.stop_requested_at is not None
    return run.ended_at - run.stop_requested_at


def kill_workers(run: Run, fakellm: FakeServer) -> None:
    """Kill a child of a worker at random steps, at every phase of one; twice the whole worker after its child."""
    steps = sorted(Random(run.pk).sample(range(1, STEPS - 4), KILLS))
    phases = [PHASES[number % len(PHASES)] for number in range(KILLS)]
    half = KILLS // 2
    for plan in (
        zip(steps[:half], phases[:half], strict=True),
        zip(steps[half:], phases[half:], strict=True),
    ):
        with worker() as whole:
            for step, phase in plan:
                eventually(partial(has_reached, run, step), seconds=60)
                eventually(moment(fakellm, phase), seconds=20)
                kill(child_of(whole))
            # The last one takes the whole worker along.
            os.kill(whole.process.pid, signal.SIGKILL)
            whole.process.wait()


def child_of(worker: Child) -> int:
    """The process in which tasks run."""
    pid = worker.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    eventually(lambda: children.read_text().split(), seconds=20)
    return int(children.read_text().split()[0])


def moment(fakellm: FakeServer, phase: str) -> Callable[[], bool]:
    """The next moment of a kind, from now on."""
    answered = fakellm.state.answered
    if phase == "during":
        return lambda: fakellm.state.in_flight > 0
    if phase == "answered":
        return lambda: fakellm.state.answered > answered
    if phase == "committing":
        return lambda: fakellm.state.answered > answered and LLMCall.objects.count() > 0
    return lambda: fakellm.state.in_flight == 0


def check_bill(run: Run, fakellm: FakeServer, questions: int) -> None:
    """Every question has one answer; what was asked beyond that died with a worker, and is on the bill as lost."""
    assert LLMCall.objects.filter(run=run).count() == questions
    assert all(is_request_intact(call) for call in LLMCall.objects.filter(run=run))
    sent = Counter(str(request["messages"]) for request in fakellm.state.requests)
    assert len(sent) == questions, "nothing was asked that a quiet run would not ask"
    attempts = Counter(LLMAttempt.objects.filter(run=run).values_list("failure_code", flat=True))
    assert set(attempts) <= {"", "lost"}
    assert attempts[""] == questions
    assert attempts["lost"] <= KILLS
    calls = fakellm.state.report()["calls"]
    assert questions <= calls <= questions + attempts["lost"], "no call is missing on the bill"
    assert used_by_run(run.user_id, run.pk).calls == questions + attempts["lost"]


def outcome(run: Run) -> dict[str, object]:
    """What the run left behind, without the calls that its entries name."""
    found = record(run)
    for entry in found["Entry"]:  # type: ignore[attr-defined]  # a list of rows
        entry["context"] = {name: text for name, text in entry["context"].items() if name != "calls"}
    return found


def has_reached(run: Run, step: int) -> bool:
    runs_wake()  # what beat does every few seconds
    run.refresh_from_db(fields=["cursor"])
    return run.cursor >= step


def has_ended(run: Run) -> bool:
    runs_wake()
    run.refresh_from_db(fields=["state"])
    return not run.is_active
