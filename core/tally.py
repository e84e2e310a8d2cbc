"""Counts that several processes add up in Redis. Losing Redis loses what was counted, and nothing else.

A count is a dictionary entry here until, a second later, a thread sends what has gathered: whoever counts never waits.
"""

from __future__ import annotations

import atexit
import logging
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Mapping

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
FORGET_SECONDS = 600  # the level of a process that was killed; a living one tells its own more often
MOST_WAITING = 10_000  # while Redis is away; more different counts than these are dropped

_lock = threading.Lock()
_waiting: defaultdict[tuple[str, str], float] = defaultdict(float)
_levels: dict[str, float] = {}
_timer: threading.Timer | None = None
_client: redis.Redis | None = None
_address = ""  # of the client's Redis


def client() -> redis.Redis:
    global _client, _address
    if _client is None or _address != settings.REDIS_URL:
        _address = settings.REDIS_URL
        _client = redis.Redis.from_url(
            _address, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
        )
    return _client


def add(key: str, field: str, amount: float) -> None:
    """Add to a field of a hash in Redis, soon."""
    with _lock:
        if (key, field) in _waiting or len(_waiting) < MOST_WAITING:
            _waiting[key, field] += amount
        _call_for_flush()


def set_level(key: str, value: float) -> None:
    """Tell, soon, what this process holds now, in place of what it told before."""
    with _lock:
        _levels[key] = value
        _call_for_flush()


def _call_for_flush() -> None:
    global _timer
    if _timer is None:
        _timer = threading.Timer(FLUSH_SECONDS, flush)
        _timer.daemon = True
        _timer.start()


def flush() -> None:
    """Send what waits; while Redis is away it goes on waiting."""
    counts, told = _take()
    try:
        send(counts, told)
    except redis.RedisError as error:
        logger.warning("what was counted has to wait: %s", error)
        for (key, field), amount in counts.items():
            add(key, field, amount)
        for key, value in told.items():
            set_level(key, value)


def flush_last() -> None:
    """Send what waits as this process ends. What can't be sent now is lost: there is nobody left to wait."""
    try:
        send(*_take())
    except redis.RedisError as error:
        logger.debug("what was counted last is lost: %s", error)


def _take() -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    global _timer
    with _lock:
        taken = dict(_waiting), dict(_levels)
        _waiting.clear()
        _levels.clear()
        _timer = None
    return taken


def send(counts: Mapping[tuple[str, str], float], told: Mapping[str, float]) -> None:
    if not counts and not told:
        return
    me = f"{socket.gethostname()}:{os.getpid()}"
    with client().pipeline(transaction=True) as pipeline:
        for (key, field), amount in counts.items():
            pipeline.hincrbyfloat(key, field, amount)
        for key, value in told.items():
            if value:
                pipeline.hset(key, me, f"{value} {time.time():.0f}")
            else:
                pipeline.hdel(key, me)
        pipeline.execute()


def counted(key: str) -> dict[str, float]:
    """All fields of a hash. Raises RedisError while Redis is away."""
    rows: dict[str, str] = client().hgetall(key)  # type: ignore[assignment]  # the client answers at once
    return {field: float(text) for field, text in rows.items()}


def levels(key: str) -> float:
    """What all processes hold together. Raises RedisError while Redis is away."""
    rows: dict[str, str] = client().hgetall(key)  # type: ignore[assignment]  # the client answers at once
    told = {name: text.split() for name, text in rows.items()}
    gone = [name for name, (_, at) in told.items() if float(at) < time.time() - FORGET_SECONDS]
    if gone:
        client().hdel(key, *gone)
    return sum(float(value) for name, (value, _) in told.items() if name not in gone)


def _start_afresh() -> None:
    """A forked child would send its parent's counts a second time."""
    global _lock, _timer, _client
    _lock = threading.Lock()
    _timer = _client = None
    _waiting.clear()
    _levels.clear()


os.register_at_fork(after_in_child=_start_afresh)
atexit.register(flush_last)
