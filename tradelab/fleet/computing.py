"""What worker processes get done together when all they do is compute."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.db.models import Max, Min, Sum

from agents.demo import demo_request
from agents.services import request_checked
from agents.tasks import run_advance, runs_wake
from core.rls import acting_as
from runs.models import ACTIVE_STATES, Run
from runs.services import run_start
from tradelab import stack
from tradelab.crowd import MOST_OF_A_MODEL, models_for
from tradelab.fleet.processor import pids_of, processor_seconds
from tradelab.services.processes import stop

ORDER = (1, 2, 2, 1)  # so that a machine that gets busier or calmer meanwhile favours neither
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ComputingPace:
    """Of one process and of two, in steps a second; and the processor seconds that a thousand steps took of each.

    `load` is how many processes wanted a processor on average meanwhile, ours among them; `cores` there are.
    """

    runs: int
    one: float
    two: float
    one_cost: float
    two_cost: float
    load: float
    cores: int

    @property
    def ratio(self) -> float:
        return self.two / self.one

    @property
    def quiet_ratio(self) -> float:
        """What two processes would gain with a processor each: they lose only what a step costs them more."""
        return 2 * self.one_cost / self.two_cost


def computing_pace(user: User, runs: int) -> ComputingPace:
    """Start so many baseline runs at once, four times: on one worker process and on two."""
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    loads = []
    for processes in ORDER:
        found[processes].append(batch_pace(user, runs, processes))
        loads.append(os.getloadavg()[0])
    pace = {number: sum(rate for rate, _ in rows) / len(rows) for number, rows in found.items()}
    cost = {number: sum(cost for _, cost in rows) / len(rows) for number, rows in found.items()}
    return ComputingPace(
        runs, round(pace[1], 1), round(pace[2], 1), round(cost[1], 3), round(cost[2], 3),
        round(sum(loads) / len(loads), 1), os.cpu_count() or 1,
    )  # fmt: skip


def batch_pace(user: User, runs: int, processes: int) -> tuple[float, float]:
    """Steps a second, and processor seconds of the workers for a thousand steps."""
    workers = [stack.start_worker("runs", 1) for _ in range(processes)]
    try:
        finish(user, begin(user, processes))  # every process has its programs and data at hand
        before = sum(map(processor_seconds, pids_of(workers)))
        run_ids = begin(user, runs)
        finish(user, run_ids)
        used = sum(map(processor_seconds, pids_of(workers))) - before
    finally:
        stop(workers, seconds=stack.STOP_SECONDS)
    with acting_as(user.pk):
        took = Run.objects.owned_by(user).filter(pk__in=run_ids)
        facts = took.aggregate(steps=Sum("cursor"), began=Min("started_at"), ended=Max("ended_at"))
    seconds = (facts["ended"] - facts["began"]).total_seconds()
    return facts["steps"] / seconds, used / facts["steps"] * 1000


def begin(user: User, runs: int) -> list[int]:
    """Queue all, then call for them: starting runs is not what is measured."""
    request, models = demo_request(user), models_for(user, runs)
    started = []
    for number in range(runs):
        with acting_as(user.pk):
            wanted = replace(request, model_id=models[number // MOST_OF_A_MODEL])
            started.append(run_start(user, request_checked(user, wanted))[0].pk)
    for run_id in started:
        run_advance.delay(user.pk, run_id)
    return started


def finish(user: User, run_ids: Sequence[int]) -> None:
    active = True
    while active:
        time.sleep(LOOK_SECONDS)
        runs_wake()  # what beat does every few seconds
        with acting_as(user.pk):
            mine = Run.objects.owned_by(user).filter(pk__in=run_ids)
            active = mine.filter(state__in=ACTIVE_STATES).exists()
