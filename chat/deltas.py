"""The stream of an answer that is being written: entries in Redis, for whoever watches, until the answer is stored.

Redis is a convenience here. Every write that fails is logged and noted; what it would have said is stored in
PostgreSQL anyway, and viewers ask there.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

MOST_ENTRIES = 5000
KEPT_SECONDS = 3600
ENDED_SECONDS = 300  # after its end; PostgreSQL has it all by then
TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 2.0  # a Redis that is away is asked again after this

_clients: dict[str, redis.Redis] = {}
_away_until = 0.0


def stream_key(turn_id: int) -> str:
    return f"chat:turn:{turn_id}"


def stop_key(turn_id: int) -> str:
    return f"chat:stop:{turn_id}"


def client() -> redis.Redis:
    url = settings.REDIS_URL
    if url not in _clients:
        _clients[url] = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
    return _clients[url]


def entry_add(turn_id: int, kind: str, **values: Any) -> str | None:
    """Append an entry and return its id; None while Redis is away."""
    global _away_until
    if time.monotonic() < _away_until:
        return None
    key = stream_key(turn_id)
    try:
        with client().pipeline(transaction=False) as pipe:
            fields = {"kind": kind, "data": json.dumps(values)}
            pipe.xadd(key, fields, maxlen=MOST_ENTRIES, approximate=True)  # type: ignore[arg-type]  # str is encodable
            pipe.expire(key, ENDED_SECONDS if kind == "end" else KEPT_SECONDS)
            return str(pipe.execute()[0].decode())
    except redis.RedisError as error:
        _away_until = time.monotonic() + RETRY_SECONDS
        logger.warning("turn %s is not streamed: %s", turn_id, error)
        return None


def stop_ask(turn_id: int) -> None:
    """Let the worker hear of a stop at once; without Redis it reads it in the database a moment later."""
    try:
        client().set(stop_key(turn_id), 1, ex=KEPT_SECONDS)
    except redis.RedisError as error:
        logger.warning("stop of turn %s is not announced: %s", turn_id, error)


def is_stop_asked(turn_id: int) -> bool | None:
    """None while Redis is away."""
    if time.monotonic() < _away_until:
        return None
    try:
        return bool(client().exists(stop_key(turn_id)))
    except redis.RedisError:
        return None
