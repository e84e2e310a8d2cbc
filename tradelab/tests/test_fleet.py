"""A fleet of real processes, whose workers and Redis are killed at random: every run ends right, none twice, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agents.foreground import session_run
from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import FakeServer, serving
from agents.tests.world import DAY, bars_make, model_make, request_make
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.models import TradingModel
from profiles.tokens.services import token_create
from runs.models import Run
from tradelab.fleet.killing import Stage, StandsStill, kills_planned, stage_with, watch
from tradelab.fleet.members import Fleet, add_llm_worker, add_runs_worker, fleet
from tradelab.fleet.scheduling import SharedClock, Wanted, runs_of, schedules_make
from tradelab.fleet.starting import Order, runs_start
from tradelab.fleet.verdict import Outcome, judge, outcome_of

STEPS, COMPUTING, ASKING, KILLS = 60, 8, 4, 8
PATIENCE_SECONDS = 120
VICTIMS = ("worker 1", "worker 2", "worker 3", "redis", "web 1")


@pytest.fixture
def fakellm() -> Iterator[FakeServer]:
    with serving() as server:
        yield server


def environment() -> dict[str, str]:
    """The test's database under the role that serves users; every step is a commit, and slices are short."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    return {
        "DATABASE_ROLE": "app",
        "DATABASE_URL": url.geturl(),
        "RUN_COMMIT_STEPS": "1",
        "RUN_LEASE_SECONDS": "3",
        "RUN_SLICE_SECONDS": "1",
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twelve_runs_outlive_the_processes_that_carry_them(tmp_path: Path, fakellm: FakeServer) -> None:
    alice = User.objects.create_user("alice")
    bars_make(left_out=range(STEPS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    model = model_make(alice, max_concurrent_runs=50)
    quiet = {decider: quiet_outcome(alice, model, decider) for decider in ("sma_cross", "llm")}
    assert len(quiet["llm"].fills) > 4, "a run that trades little proves little"
    fakellm.state.behaviour = Behaviour(latency=0.1)

    _, token = token_create(alice, name="fleet", scope="trade")
    deciders = ["sma_cross"] * COMPUTING + ["llm"] * ASKING
    hands = SharedClock(tmp_path, DAY)
    orders = [
        Order(model.pk, f"fleet-{number}", {"symbols": ["TEST"], "date_from": str(DAY), "decider": decider})
        for number, decider in enumerate(deciders[::2])
    ]
    scheduled = [Wanted(model.pk, ["TEST"], decider, {}) for decider in deciders[1::2]]
    schedules = schedules_make(alice, hands, DAY, scheduled)
    with fleet(tmp_path, {**environment(), "CLOCK_FILE": str(hands.file)}) as processes:
        add_runs_worker(processes, "worker 1", tmp_path)
        add_runs_worker(processes, "worker 2", tmp_path)
        add_llm_worker(processes, "worker 3", tmp_path, threads=8)
        hands.strike()
        run_ids = runs_start(processes.sites, token, orders)
        assert runs_start(processes.sites, token, orders[:3]) == run_ids[:3], "asked twice, started once"
        kills = kills_planned(VICTIMS, KILLS, len(deciders) * STEPS, seed=8)
        stage = partial(stage_with, alice, run_ids, schedules)
        watch(processes, stage, kills, patience_seconds=PATIENCE_SECONDS)
        killed = {member.name: member.killed for member in processes.members.values()}

    assert sum(killed.values()) == KILLS
    assert all(killed[name] for name in VICTIMS)
    verdict = judge(alice, [*run_ids, *runs_of(alice, schedules)], quiet, wanted=len(deciders))
    assert verdict.problems == []
    assert (verdict.runs, verdict.steps) == (len(deciders), len(deciders) * STEPS)
    assert Run.objects.count() == len(deciders) + len(quiet), "no run was started that nobody asked for"
    assert verdict.resumed >= 1, "no run was taken from a worker that died"


def quiet_outcome(user: User, model: TradingModel, decider: str) -> Outcome:
    """What a run leaves behind that nobody disturbs."""
    run = session_run(user, request_make(model, decider), lambda run: None)
    with acting_as(user.pk):
        return outcome_of(run)


def test_kills_are_spread_over_all_victims_and_over_the_work() -> None:
    kills = kills_planned(("a", "b", "c"), 7, 1_000, seed=1)
    assert kills == kills_planned(("a", "b", "c"), 7, 1_000, seed=1)
    assert [kill.step for kill in kills] == sorted(kill.step for kill in kills)
    assert {kill.name for kill in kills[:3]} == {kill.name for kill in kills[3:6]} == {"a", "b", "c"}
    assert 30 <= kills[0].step <= kills[-1].step <= 900


def test_runs_that_stand_still_are_told() -> None:
    with pytest.raises(StandsStill, match="2 runs took no step for 0 s, 7 before"):
        watch(Fleet(), lambda: Stage(steps=7, active=2), patience_seconds=0)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_differs_from_the_quiet_one_is_found() -> None:
    alice = User.objects.create_user("alice")
    bars_make(left_out=range(STEPS, 390))
    model = model_make(alice)
    quiet = quiet_outcome(alice, model, "sma_cross")
    run = Run.objects.get()
    assert judge(alice, [run.pk], {"sma_cross": quiet}, wanted=1).problems == []
    other = replace(quiet, fills=quiet.fills[1:])
    found = judge(alice, [run.pk, run.pk], {"sma_cross": other}, wanted=3).problems
    assert found == [
        f"run {run.pk} was given 2 times",
        "3 runs were wanted, 2 were started",
        f"run {run.pk} (sma_cross): its fills differ from those of a quiet run",
    ]
