"""A worker stays with a run while nobody waits for it, within a limit, and hands on when somebody does."""

from __future__ import annotations

import pytest
import redis
from pytest_django.fixtures import Settings

from agents import turns
from agents.turns import ASKING_QUEUE, MOST_LONGER, Turn, asking_run_waits, queues


def test_a_turn_that_has_begun_lasts_its_seconds() -> None:
    assert not Turn(3600).is_over


def test_a_turn_is_over_when_somebody_waits() -> None:
    assert Turn(-1).is_over


def test_a_turn_is_made_longer_while_nobody_waits_but_not_for_ever() -> None:
    turn = Turn(-1, somebody_waits=lambda: False)
    assert [turn.is_over for _ in range(MOST_LONGER + 1)] == [False] * MOST_LONGER + [True]


def test_a_turn_that_was_made_longer_is_over_once_somebody_waits() -> None:
    waiting = iter([False, True])
    turn = Turn(-1, somebody_waits=lambda: next(waiting))
    assert [turn.is_over, turn.is_over] == [False, True]


def test_a_task_in_the_queue_is_somebody_who_waits(settings: Settings) -> None:
    client = queues(settings.CELERY_BROKER_URL)
    before = client.llen(ASKING_QUEUE)
    client.rpush(ASKING_QUEUE, "a task")
    try:
        assert asking_run_waits()
    finally:
        client.lrem(ASKING_QUEUE, 1, "a task")
    assert asking_run_waits() is bool(before)


def test_without_redis_somebody_may_be_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(url: str) -> redis.Redis:
        return redis.Redis(port=1, socket_connect_timeout=0.1)

    monkeypatch.setattr(turns, "queues", away)
    assert asking_run_waits()
