"""Many runs that wait for a language model at the same time, in one worker: what they get done, and what it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Min, QuerySet, Sum

from agents.bench.asking import scripted_model
from agents.demo import demo_request
from agents.services import session_start
from agents.tasks import runs_wake
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.services import model_update
from runs.models import ACTIVE_STATES, Run
from runs.services import run_stop
from tradelab import stack
from tradelab.services.processes import stop

RAMP_SECONDS = 120.0
MEASURED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class CrowdPace:
    """Of `runs` runs whose model takes `latency` seconds: `most` is what the latency alone would allow."""

    runs: int
    latency: float
    decisions_per_second: float
    memory_mb: float
    connections: int
    most: float


def crowd_pace(user: User, runs: int, latency: float) -> CrowdPace:
    """Start so many runs at once on one worker and watch them for half a minute."""
    with scripted_model() as base_url:
        begin(user, base_url, runs, latency)
        worker = stack.start_waiting_worker("llm", runs)
        try:
            return measured(user, runs, latency, worker.process.pid)
        finally:
            end(user)
            stop([worker], seconds=stack.STOP_SECONDS)


def begin(user: User, base_url: str, runs: int, latency: float) -> None:
    model = f"scripted:latency={latency:g}"
    request = replace(demo_request(user), decider="llm", decider_params={"plan": False, "analysis_every": 0})
    with acting_as(user.pk):
        endpoint_create(user, name="Crowd", base_url=base_url, ai_models=[model], is_default=True)
        model_update(user, request.model_id, max_concurrent_runs=runs)
    for _ in range(runs):
        with acting_as(user.pk):
            session_start(user, request)


def measured(user: User, runs: int, latency: float, pid: int) -> CrowdPace:
    deadline = time.monotonic() + RAMP_SECONDS
    while done(user)[0] < 1:
        runs_wake()  # what beat does every few seconds
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not every run had begun after {RAMP_SECONDS:g} s.")
        time.sleep(0.5)
    before, began = done(user)[1], time.monotonic()
    time.sleep(MEASURED_SECONDS)
    after, seconds = done(user)[1], time.monotonic() - began
    return CrowdPace(
        runs=runs,
        latency=latency,
        decisions_per_second=round((after - before) / seconds, 1),
        memory_mb=round(peak_memory(pid), 1),
        connections=connections_of_others(),
        most=round(runs / latency, 1),
    )


def done(user: User) -> tuple[int, int]:
    """Steps of the slowest run, and of all together."""
    with acting_as(user.pk):
        steps = crowd(user).aggregate(least=Min("cursor"), all=Sum("cursor"))
    return steps["least"], steps["all"]


def crowd(user: User) -> QuerySet[Run]:
    return Run.objects.owned_by(user).filter(state__in=ACTIVE_STATES)


def end(user: User) -> None:
    with acting_as(user.pk):
        for run in crowd(user):
            run_stop(user, run.pk)


def peak_memory(pid: int) -> float:
    """Most megabytes that a process has held, as Linux counts them."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def connections_of_others() -> int:
    """Database connections besides our own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )
        return int(cursor.fetchone()[0])
