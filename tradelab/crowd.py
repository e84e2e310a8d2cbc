"""Many runs that wait for a language model at the same time, in one worker: what they get done, and what it takes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
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
from profiles.models import TradingModel
from profiles.services import model_create
from runs.models import ACTIVE_STATES, Run
from runs.services import run_stop
from tradelab import stack
from tradelab.fleet.processor import family_seconds, postgres_pid, redis_pid
from tradelab.services.processes import stop

RAMP_SECONDS = 120.0
MEASURED_SECONDS = 30.0
MOST_OF_A_MODEL = 50


@dataclass(frozen=True, slots=True)
class CrowdPace:
    """Of `runs` runs whose model takes `latency` seconds: `most` is what the latency alone would allow.

    `costs` are milliseconds of a processor that a decision took, by kind of process; `load` is how many processes wanted
    one of the `cores` on average meanwhile.
    """

    runs: int
    latency: float
    processes: int
    decisions_per_second: float
    memory_mb: float
    connections: int
    most: float
    costs: Mapping[str, float]
    load: float
    cores: int

    @property
    def share(self) -> float:
        """Of what the latency alone would allow."""
        return self.decisions_per_second / self.most

    @property
    def cost_ms(self) -> float:
        """Of all kinds of processes."""
        return round(sum(self.costs.values()), 2)

    @property
    def cores_wanted(self) -> float:
        """Processors that all decisions would keep busy if none came late."""
        return self.most * self.cost_ms / 1000

    @property
    def is_quiet(self) -> bool:
        """Whether nobody else wanted the processors."""
        return self.load <= self.cores + self.cores_wanted


def crowd_pace(user: User, runs: int, latency: float, *, processes: int = 1) -> CrowdPace:
    """Start so many runs at once on so many workers and watch them for half a minute."""
    with scripted_model() as scripted:
        begin(user, scripted.base_url, runs, latency)
        workers = [stack.start_waiting_worker("llm", ceil(runs / processes)) for _ in range(processes)]
        kinds = {
            "worker": [worker.process.pid for worker in workers],
            "PostgreSQL": [postgres_pid()],
            "Redis": [redis_pid()],
            "scripted model": [scripted.pid],
        }
        try:
            return measured(user, runs, latency, kinds)
        finally:
            end(user)
            stop(workers, seconds=stack.STOP_SECONDS)


def begin(user: User, base_url: str, runs: int, latency: float) -> None:
    model, endpoint = f"scripted:latency={latency:g}", f"Crowd of {runs}"
    params = {"plan": False, "analysis_every": 0, "endpoint": endpoint}
    request = replace(demo_request(user), decider="llm", decider_params=params)
    with acting_as(user.pk):
        endpoint_create(user, name=endpoint, base_url=base_url, ai_models=[model], is_default=True)
    models = models_for(user, runs)
    for number in range(runs):
        with acting_as(user.pk):
            session_start(user, replace(request, model_id=models[number // MOST_OF_A_MODEL]))


def models_for(user: User, runs: int) -> list[int]:
    """As many Models as so many runs at a time need, made where they are missing."""
    with acting_as(user.pk):
        found = {model.name: model.pk for model in TradingModel.objects.owned_by(user)}
        names = [f"Crowd {number}" for number in range(1, ceil(runs / MOST_OF_A_MODEL) + 1)]
        for name in names:
            if name not in found:
                found[name] = model_create(user, name=name, max_concurrent_runs=MOST_OF_A_MODEL).pk
    return [found[name] for name in names]


def measured(user: User, runs: int, latency: float, kinds: Mapping[str, Sequence[int]]) -> CrowdPace:
    """Watch the processes of some kinds for half a minute, once every run has begun. Raises TimeoutError."""
    deadline = time.monotonic() + RAMP_SECONDS
    while done(user)[0] < 1:
        runs_wake()  # what beat does every few seconds
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not every run had begun after {RAMP_SECONDS:g} s.")
        time.sleep(0.5)
    before, used, began = done(user)[1], seconds_of(kinds), time.monotonic()
    time.sleep(MEASURED_SECONDS)
    steps, used_now, seconds = done(user)[1] - before, seconds_of(kinds), time.monotonic() - began
    pids = kinds["worker"]
    return CrowdPace(
        runs=runs,
        latency=latency,
        processes=len(pids),
        decisions_per_second=round(steps / seconds, 1),
        memory_mb=round(sum(map(peak_memory, pids)), 1),
        connections=connections_of_others(),
        most=round(runs / latency, 1),
        costs={kind: round((used_now[kind] - used[kind]) / max(1, steps) * 1000, 2) for kind in kinds},
        load=round(os.getloadavg()[0], 1),
        cores=os.cpu_count() or 1,
    )


def seconds_of(kinds: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Processor seconds of each kind of processes so far."""
    return {kind: sum(map(family_seconds, pids)) for kind, pids in kinds.items()}


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
