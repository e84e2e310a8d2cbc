"""The rate of calls: shared through Redis, kept by each process alone while Redis is away."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings

from core.rate import BURST_SECONDS, Local, RateLimit
from tradelab.tests.support import eventually

ENDPOINT = 990_001


@pytest.fixture
def workers() -> list[RateLimit]:
    """Two workers that never ask for the same endpoint's rate through the same object."""
    pair = [RateLimit(settings.REDIS_URL, "test"), RateLimit(settings.REDIS_URL, "test")]
    pair[0].forget(ENDPOINT)
    return pair


def taken(workers: list[RateLimit], calls: int, per_minute: int) -> int:
    """How many of so many calls at once get a slot at once."""
    return sum(workers[call % len(workers)].take(ENDPOINT, per_minute) == 0 for call in range(calls))


def test_workers_share_one_rate(workers: list[RateLimit]) -> None:
    per_minute = 60
    burst = round(BURST_SECONDS * per_minute / 60) + 1
    assert taken(workers, 20, per_minute) == burst
    wait = workers[1].take(ENDPOINT, per_minute)
    assert 0 < wait <= 60 / per_minute


def test_without_a_limit_nobody_waits(workers: list[RateLimit]) -> None:
    assert all(workers[0].take(ENDPOINT, None) == 0 for _ in range(50))


def test_when_the_provider_says_wait_everybody_waits(workers: list[RateLimit]) -> None:
    workers[0].hold(ENDPOINT, 20)
    assert 19 < workers[1].take(ENDPOINT, None) <= 20
    workers[1].hold(ENDPOINT, 5)
    assert workers[0].take(ENDPOINT, None) > 18, "a shorter wait does not shorten a longer one"
    workers[0].forget(ENDPOINT)
    assert workers[1].take(ENDPOINT, None) == 0


def test_whoever_was_told_that_nobody_waits_hears_soon_that_everybody_does(workers: list[RateLimit]) -> None:
    assert workers[0].take(ENDPOINT, None) == 0
    workers[1].hold(ENDPOINT, 60)
    eventually(lambda: workers[0].take(ENDPOINT, None) > 0, seconds=30)
    workers[0].forget(ENDPOINT)
    assert workers[0].take(ENDPOINT, None) == 0
    workers[0].hold(ENDPOINT, 20)
    assert workers[0].take(ENDPOINT, None) > 0, "its own wait it knows at once"
    workers[0].forget(ENDPOINT)


def test_endpoints_do_not_wait_for_each_other(workers: list[RateLimit]) -> None:
    workers[0].hold(ENDPOINT, 20)
    assert workers[0].take(ENDPOINT + 1, None) == 0
    workers[0].forget(ENDPOINT)


def test_while_redis_is_away_a_process_keeps_the_rate_alone(caplog: pytest.LogCaptureFixture) -> None:
    alone = RateLimit("redis://127.0.0.1:9/0", "test")
    with caplog.at_level(logging.WARNING):
        granted = sum(alone.take(ENDPOINT, 60) == 0 for _ in range(20))
    assert granted == 3
    assert caplog.text.count("kept by each process alone") == 1, "it is said once, not at every call"
    alone.hold(ENDPOINT, 20)
    assert alone.take(ENDPOINT, None) > 19


def test_a_lone_process_spaces_calls_evenly() -> None:
    local = Local()
    waits = [local.take(1, 0.5) for _ in range(8)]
    assert waits[:5] == [0] * 5
    assert all(0 < wait <= 0.5 for wait in waits[5:])
