from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
import redis
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.fixtures import Settings

from core import metrics, tally
from core.rls import current_actor


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(metrics, "METRICS", {})
    clear()
    yield
    clear()


def clear() -> None:
    tally.flush()
    keys = list(tally.client().scan_iter("metrics:own_*"))
    if keys:
        tally.client().delete(*keys)


def lines() -> list[str]:
    """What monitoring reads, without the explanations."""
    tally.flush()
    return [line for line in metrics.exposition().decode().splitlines() if not line.startswith("#")]


def test_a_gauge_is_read_when_it_is_asked_for(db: None) -> None:
    depths = {"runs": 3.0, "llm": 0.0}
    metrics.gauge("own_depth", "Waiting tasks.", lambda: depths, labels=("queue",))
    assert lines() == ['tradelab_own_depth{queue="runs"} 3.0', 'tradelab_own_depth{queue="llm"} 0.0']
    depths["llm"] = 7.0
    assert 'tradelab_own_depth{queue="llm"} 7.0' in lines()


def test_what_is_unknown_is_left_out_and_not_zero(db: None) -> None:
    metrics.gauge("own_lag", "Lag.", lambda: None)
    assert lines() == []


def test_counts_of_several_processes_add_up(db: None) -> None:
    errors = metrics.counter("own_errors", "Errors.", labels=("code",))
    errors.add(code="timeout")
    errors.add(2, code="timeout")
    tally.flush()
    child = os.fork()
    if child == 0:  # another process, as a worker's child is
        errors.add(4, code="timeout")
        tally.flush()
        os._exit(0)
    os.waitpid(child, 0)
    assert lines() == ['tradelab_own_errors_total{code="timeout"} 7.0']


def test_a_forked_child_does_not_send_what_its_parent_counted(db: None) -> None:
    errors = metrics.counter("own_forked", "Errors.")
    errors.add(5)
    child = os.fork()
    if child == 0:
        tally.flush()
        os._exit(0)
    os.waitpid(child, 0)
    assert lines() == ["tradelab_own_forked_total 5.0"]


def test_a_counter_without_labels_begins_at_zero(db: None) -> None:
    metrics.counter("own_starts", "Starts.")
    assert lines() == ["tradelab_own_starts_total 0.0"]


def test_buckets_are_cumulative_and_an_edge_belongs_to_its_bucket(db: None) -> None:
    steps = metrics.histogram("own_seconds", "Steps.", buckets=(0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 3.0):
        steps.observe(value)
    steps.observe(0.5, count=2)
    assert lines() == [
        'tradelab_own_seconds_bucket{le="0.1"} 2.0',
        'tradelab_own_seconds_bucket{le="1"} 5.0',
        'tradelab_own_seconds_bucket{le="+Inf"} 6.0',
        "tradelab_own_seconds_count 6.0",
        "tradelab_own_seconds_sum 4.65",
    ]


def test_levels_add_up_and_those_of_dead_processes_are_forgotten(db: None) -> None:
    streams = metrics.level("own_streams", "Streams.")
    tally.client().hset(streams.key, mapping={"other:1": f"4 {time.time():.0f}", "dead:2": "9 1000"})
    streams.set(3)
    assert lines() == ["tradelab_own_streams 7.0"]
    streams.set(0)
    assert lines() == ["tradelab_own_streams 4.0"]


def test_a_gauge_reads_rows_of_all_users_and_writes_none(alice: User) -> None:
    metrics.gauge("own_actor", "Acting user.", lambda: current_actor() or 0.0)

    def write() -> float:
        User.objects.create(username="nobody")
        return 1.0

    metrics.gauge("own_write", "Never.", write)
    metrics.gauge("own_role", "Role.", lambda: {(role(), "read"): 1.0}, labels=("role", "does"))
    assert lines() == [
        "tradelab_own_actor 0.0",
        'tradelab_own_role{does="read",role="tl_admin"} 1.0',
        'tradelab_metric_unreadable{metric="own_write"} 1.0',
    ]


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_a_gauge_that_fails_leaves_the_others_readable(db: None) -> None:
    def fail() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return 0.0

    metrics.gauge("own_broken", "Broken.", fail)
    metrics.gauge("own_whole", "Whole.", lambda: 1.0)
    assert lines() == ["tradelab_own_whole 1.0", 'tradelab_metric_unreadable{metric="own_broken"} 1.0']


def test_without_redis_gauges_are_read_and_counts_wait(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = metrics.counter("own_waiting", "Starts.")
    metrics.gauge("own_there", "There.", lambda: 1.0)
    away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    with monkeypatch.context() as patch:
        patch.setattr(tally, "_client", away)
        starts.add(3)
        assert lines() == [
            "tradelab_own_there 1.0",
            'tradelab_metric_unreadable{metric="own_waiting"} 1.0',
        ]
    assert "tradelab_own_waiting_total 3.0" in lines()


def test_a_process_that_ends_without_redis_goes_quietly(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lost = metrics.counter("own_lost", "Lost.")
    with monkeypatch.context() as patch:
        patch.setattr(
            tally, "_client", redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
        )
        lost.add(3)
        tally.flush_last()
    assert not caplog.records
    assert lines() == ["tradelab_own_lost_total 0.0"], "nothing waits any more"


def test_counts_follow_redis_to_another_address(db: None, settings: Settings) -> None:
    moved = metrics.counter("own_moved", "Moved.")
    there = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    moved.add(3)
    tally.flush()
    settings.REDIS_URL = there
    assert lines() == ["tradelab_own_moved_total 3.0"]


def test_a_name_is_taken_once_and_labels_have_to_fit() -> None:
    errors = metrics.counter("own_twice", "Errors.", labels=("code",))
    with pytest.raises(ValueError, match="own_twice is registered twice"):
        metrics.counter("own_twice", "Errors.")
    with pytest.raises(ValueError, match=r"wants the labels \('code',\), found \('kind',\)"):
        errors.add(kind="x")


def test_a_read_that_fails_otherwise_is_a_bug_and_shows(db: None) -> None:
    nothing: dict[str, float] = {}
    metrics.gauge("own_bug", "Bug.", lambda: nothing["missing"])
    with pytest.raises(KeyError):
        metrics.exposition()
