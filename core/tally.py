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

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
FORGET_SECONDS = 600  # the level of a process that was killed; a living one tells its own more often
MOST_WAITING = 10_000  # while Redis is away; more different counts than these are dropped

_lock = threading.Lock()
_waiting: defaultdict[tuple[str, str], float] = defaultdict(float)
_timer: threading.Timer | None = None
_client: redis.Redis | None = None


def client() -> redis.Redis:
    global _client
    if _client is None:
        _client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
        )
    return _client


def add(key: str, field: str, amount: float) -> None:
    """Add to a field of a hash in Redis, soon."""
    global _timer
    with _lock:
        if (key, field) in _waiting or len(_waiting) < MOST_WAITING:
            _waiting[key, field] += amount
        if _timer is None:
            _timer = threading.Timer(FLUSH_SECONDS, flush)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Send what waits; while Redis is away it goes on waiting."""
    global _timer
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
        _timer = None
    if not taken:
        return
    try:
        with client().pipeline(transaction=True) as pipeline:
            for (key, field), amount in taken.items():
                pipeline.hincrbyfloat(key, field, amount)
            pipeline.execute()
    except redis.RedisError as error:
        logger.warning("what was counted has to wait: %s", error)
        for (key, field), amount in taken.items():
            add(key, field, amount)


def counted(key: str) -> dict[str, float]:
    """All fields of a hash. Raises RedisError while Redis is away."""
    rows: dict[str, str] = client().hgetall(key)  # type: ignore[assignment]  # the client answers at once
    return {field: float(text) for field, text in rows.items()}


def set_level(key: str, value: float) -> None:
    """Tell what this process holds now, in place of what it told before."""
    me = f"{socket.gethostname()}:{os.getpid()}"
    try:
        if value:
            client().hset(key, me, f"{value} {time.time():.0f}")
        else:
            client().hdel(key, me)
    except redis.RedisError as error:
        logger.warning("a level was not told: %s", error)


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


os.register_at_fork(after_in_child=_start_afresh)
atexit.register(flush)
