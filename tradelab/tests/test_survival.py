"""A run outlives its workers: killed at random steps, it completes, each step once, with the figures of a quiet run."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.tasks import run_advance, runs_wake
from agents.tests.world import bars_make, model_make, request_make, run_make
from broker.models import EquityPoint, Fill, Order, RoundTrip
from reasoning.models import Entry
from runs.models import Run, RunState
from tradelab.env import BASE_DIR
from tradelab.services.processes import Child, spawn, stop
from tradelab.tests.support import eventually

LEASE_SECONDS = 2


@contextmanager
def worker(queue: str = "runs") -> Iterator[Child]:
    """A real worker on the test's database and Redis, committing every single step, as the role that serves users."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        "DATABASE_ROLE": "app",
        "DATABASE_URL": url.geturl(),
        "RUN_COMMIT_STEPS": "1",
        "RUN_LEASE_SECONDS": str(LEASE_SECONDS),
        "RUN_SLICE_SECONDS": "1",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "tradelab",
        "worker",
        "-Q",
        queue,
        "-c",
        "1",
    ]
    child = spawn("worker", command, environment=environment, folder=BASE_DIR, stop_signal=signal.SIGQUIT)
    try:
        yield child
    finally:
        stop([child], seconds=5)


def record(run: Run) -> dict[str, object]:
    """All that a run left behind, without ids and wall time, and without the hashes that cover them."""
    left_out = {"id", "user_id", "run_id", "order_id", "written_at", "prev_hash", "hash"}
    return {
        kind.__name__: [
            {name: value for name, value in row.items() if name not in left_out}
            for row in kind.objects.filter(run=run).order_by("pk").values()
        ]
        for kind in (Order, Fill, RoundTrip, EquityPoint, Entry)
    }


@pytest.mark.django_db(transaction=True)
def test_a_run_survives_three_kills_at_random_steps_and_is_the_same_as_an_undisturbed_one(
    settings: Settings,
) -> None:
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    alice = User.objects.create_user("alice")
    bars_make()
    model = model_make(alice)
    quiet = session_run(alice, request_make(model), lambda run: None)
    assert quiet.state == RunState.COMPLETED
    assert quiet.fill_count > 4, "a run that trades little proves little"

    run = run_make(alice, model)
    run_advance.delay(alice.pk, run.pk)
    random = Random(run.pk)
    for step in sorted(random.sample(range(5, 380), 3)):
        with worker() as child:
            eventually(partial(has_reached, run, step), seconds=60)
            os.killpg(child.process.pid, signal.SIGKILL)  # the worker and its child process
            child.process.wait()
    with worker():
        eventually(lambda: has_ended(run), seconds=60)

    run.refresh_from_db()
    assert (run.state, run.cursor, run.steps_total) == (RunState.COMPLETED, 390, 390)
    assert run.events.filter(kind="resumed").count() >= 1
    steps = list(Entry.objects.filter(run=run).order_by("seq").values_list("step", flat=True))
    assert steps == list(range(1, 391)), "every step has exactly one decision"
    assert record(run) == record(quiet)
    assert run.statistics.values == quiet.statistics.values


def has_reached(run: Run, step: int) -> bool:
    runs_wake()  # what beat does every few seconds
    run.refresh_from_db(fields=["cursor"])
    return run.cursor >= step


def has_ended(run: Run) -> bool:
    runs_wake()
    run.refresh_from_db(fields=["state"])
    return not run.is_active
