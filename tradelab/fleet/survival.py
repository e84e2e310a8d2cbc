"""Many runs at once on a fleet whose workers, web processes and Redis are killed, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import cycle, islice

from django.conf import settings
from django.contrib.auth.models import User

from agents.bench.asking import scripted_model
from agents.demo import demo_request
from agents.foreground import session_run
from agents.schedules.services import MOST_SCHEDULES
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.tokens.services import token_create
from tradelab.crowd import MOST_OF_A_MODEL, models_for
from tradelab.fleet.killing import kills_planned, stage_with, watch
from tradelab.fleet.members import Fleet, add_llm_worker, add_runs_worker, fleet
from tradelab.fleet.scheduling import SharedClock, Wanted, runs_of, schedules_make
from tradelab.fleet.starting import Order, runs_start
from tradelab.fleet.verdict import Outcome, Verdict, judge, outcome_of

COMPUTING = ("sma_cross", "mean_reversion", "momentum_breakout")
ASKING = "llm"
# Three in four compute; the fourth asks a language model that takes its time, at every tenth bar.
DECIDERS = (*COMPUTING, ASKING)
ENDPOINT, AI_MODEL = "Fleet", "scripted:latency=0.2"
PARAMS = {ASKING: {"endpoint": ENDPOINT, "plan": False, "analysis_every": 0, "every": 10}}
VICTIMS = ("worker 1", "worker 2", "worker 3", "redis", "web 1", "web 2")
PATIENCE_SECONDS = 300.0
# Small commits and slices, so that there is much to interrupt.
ENVIRONMENT = {"RUN_COMMIT_STEPS": "20", "RUN_LEASE_SECONDS": "5", "RUN_SLICE_SECONDS": "3"}


@dataclass(frozen=True, slots=True)
class Survival:
    """`kills` are those of each member; `fell` ended by themselves and were started again, as a supervisor does."""

    seconds: float
    scheduled: int
    kills: dict[str, int]
    fell: dict[str, int]
    verdict: Verdict


def survive(user: User, runs: int, kills: int, *, seed: int, say: Callable[[str], None]) -> Survival:
    """Start so many runs at once, half by schedules and half over two web processes, and kill while they advance."""
    day = demo_request(user).date_from
    hands = SharedClock(settings.VAR_DIR / "fleet", day)
    with scripted_model() as scripted:
        with acting_as(user.pk):
            endpoint_create(user, name=ENDPOINT, base_url=scripted.base_url, ai_models=[AI_MODEL])
            _, token = token_create(user, name="fleet", scope="trade")
        models = models_for(user, runs)
        quiet = quiet_outcomes(user, models[0])
        wanted = runs_wanted(user, models, runs)
        half = min(runs // 2, MOST_SCHEDULES)
        schedules = schedules_make(user, hands, day, wanted[:half])
        with whole_fleet(hands) as processes:
            began = time.monotonic()
            hands.strike()
            run_ids = runs_start(processes.sites, token, orders(day, wanted[half:]))
            say(
                f"{half} schedules are due; {len(run_ids)} runs were accepted in {time.monotonic() - began:.1f} s"
            )
            steps = sum(quiet[one.decider].steps for one in wanted)
            watch(
                processes,
                lambda: stage_with(user, run_ids, schedules),
                kills_planned(VICTIMS, kills, steps, seed),
                patience_seconds=PATIENCE_SECONDS,
                say=say,
            )
            seconds = time.monotonic() - began
            members = list(processes.members.values())
    return Survival(
        round(seconds, 1),
        half,
        {member.name: member.killed for member in members if member.killed},
        {member.name: member.fell for member in members if member.fell},
        judge(user, [*run_ids, *runs_of(user, schedules)], quiet, wanted=runs),
    )


@contextmanager
def whole_fleet(hands: SharedClock) -> Iterator[Fleet]:
    """Two web processes, three workers, beat and a Redis of its own."""
    folder = settings.VAR_DIR
    with fleet(folder, {**ENVIRONMENT, "CLOCK_FILE": str(hands.file)}) as processes:
        add_runs_worker(processes, "worker 1", folder)
        add_runs_worker(processes, "worker 2", folder)
        add_llm_worker(processes, "worker 3", folder, threads=50)
        yield processes


def quiet_outcomes(user: User, model_id: int) -> dict[str, Outcome]:
    """What a run of each decider leaves behind when nobody disturbs it."""
    found = {}
    for decider in DECIDERS:
        request = replace(
            demo_request(user), model_id=model_id, decider=decider, decider_params=PARAMS.get(decider, {})
        )
        run = session_run(user, request, lambda run: None)
        with acting_as(user.pk):
            found[decider] = outcome_of(run)
    return found


def runs_wanted(user: User, models: list[int], runs: int) -> list[Wanted]:
    symbols = demo_request(user).symbols
    return [
        Wanted(models[number // MOST_OF_A_MODEL], symbols, decider, PARAMS.get(decider, {}))
        for number, decider in enumerate(islice(cycle(DECIDERS), runs))
    ]


def orders(day: date, wanted: Sequence[Wanted]) -> list[Order]:
    return [
        Order(
            one.model_id,
            f"fleet-{number}",
            {
                "symbols": list(one.symbols),
                "date_from": str(day),
                "decider": one.decider,
                "decider_params": one.params,
            },
        )
        for number, one in enumerate(wanted)
    ]
