"""What monitoring reads is what happened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agents.foreground import session_run
from agents.llm.fake.behaviour import Behaviour
from agents.llm.fake.server import serving
from agents.tests.world import bars_make, model_make, request_make, run_make
from core import live, tally
from core.rls import acting_as
from core.testing_async import run_apart
from core.views import counted
from market.feed_models import FeedStatus
from profiles.llm.services import endpoint_create
from runs.models import Run, RunState
from tradelab.operator.work import queue_names

STEPS = 12


def measured() -> dict[str, float]:
    """Every sample that a scrape finds, by name and labels."""
    tally.flush()
    answer = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_runs_their_steps_and_their_ends_are_counted(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    before = measured()
    session_run(alice, request_make(model_make(alice)), lambda run: None)
    after = measured()
    steps = 'tradelab_step_seconds_count{decider="sma_cross"}'
    assert after[steps] - before.get(steps, 0) == STEPS
    ended = 'tradelab_runs_ended_total{state="completed"}'
    assert after[ended] - before.get(ended, 0) == 1


def test_questions_their_errors_and_their_cost_are_counted(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    before = measured()
    with serving() as server, acting_as(alice.pk):
        server.state.behaviour = Behaviour(error=0)
        endpoint_create(alice, name="Scripted", base_url=server.base_url, ai_models=["scripted"])
        session_run(alice, request_make(model_make(alice), "llm"), lambda run: None)
        calls = server.state.report()["calls"]
    after = measured()
    answered = 'tradelab_llm_attempts_total{outcome="answered"}'
    assert after[answered] - before.get(answered, 0) == calls
    assert after["tradelab_llm_seconds_count"] - before.get("tradelab_llm_seconds_count", 0) == calls
    assert "tradelab_llm_cost_dollars_total" in after
    tokens = 'tradelab_llm_tokens_total{kind="input"}'
    assert after[tokens] > before.get(tokens, 0)


def test_leases_and_waiting_runs_of_all_users_have_an_age(alice: User, charlie: User) -> None:
    bars_make()
    now = timezone.now()
    waiting, held = (run_make(user, model_make(user)) for user in (alice, charlie))
    with transaction.atomic():
        Run.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(seconds=90))
        expires = now + timedelta(seconds=settings.RUN_LEASE_SECONDS - 40)
        Run.objects.filter(pk=held.pk).update(state=RunState.RUNNING, lease_expires_at=expires)
    found = measured()
    assert found['tradelab_runs_active{state="queued"}'] == 1
    assert found['tradelab_runs_active{state="running"}'] == 1
    assert found["tradelab_lease_age_seconds"] == pytest.approx(40, abs=30)
    assert found["tradelab_queued_age_seconds"] == pytest.approx(90, abs=30)


def test_every_queue_has_a_depth(db: None) -> None:
    key = "runs"
    before = measured()[f'tradelab_queue_depth{{queue="{key}"}}']
    tally.client().rpush(key, "a task that nobody takes")
    try:
        found = measured()
    finally:
        tally.client().rpop(key)
    assert found[f'tradelab_queue_depth{{queue="{key}"}}'] == before + 1
    told = {
        match[1] for name in found if (match := re.fullmatch(r'tradelab_queue_depth\{queue="(\w+)"\}', name))
    }
    assert told == set(queue_names())


def test_feeds_tell_their_lag_and_one_that_is_unknown_is_left_out(db: None) -> None:
    now = timezone.now()
    FeedStatus.objects.create(feed="slow", lag_seconds=75.0, last_success_at=now - timedelta(seconds=200))
    FeedStatus.objects.create(feed="never", lag_seconds=None, last_success_at=None)
    found = measured()
    assert found['tradelab_feed_lag_seconds{feed="slow"}'] == 75.0
    assert found['tradelab_feed_silence_seconds{feed="slow"}'] == pytest.approx(200, abs=30)
    assert not [name for name in found if "never" in name]


def test_streams_are_counted_while_somebody_listens(db: None) -> None:
    before = measured()["tradelab_streams"]

    async def listen() -> tuple[bytes, float]:
        async def source() -> object:
            yield b"one"
            yield b"two"

        stream = counted(source())  # type: ignore[arg-type]  # an asynchronous iterator
        first = await anext(stream)
        tally.flush()
        open_now = tally.levels(live.STREAMS.key)
        await stream.aclose()  # type: ignore[attr-defined]  # a generator
        return first, open_now

    assert run_apart(listen()) == (b"one", before + 1)
    assert measured()["tradelab_streams"] == before


def test_nothing_that_can_be_read_is_left_out(db: None) -> None:
    assert not [name for name in measured() if name.startswith("tradelab_metric_unreadable")]
