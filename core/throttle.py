"""How many API requests a user may make in a minute, counted over all web processes in Redis."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # views import this module while they are loaded
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60


class PerUser(BaseThrottle):
    """A fixed window of one minute. Without Redis nobody is held up: losing it loses nothing."""

    def __init__(self) -> None:
        self.seconds_left: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return True  # is refused anyway
        window, passed = divmod(time.time(), WINDOW_SECONDS)
        count = counted(f"api:{request.user.pk}:{window:.0f}")
        if count is None or count <= settings.API_REQUESTS_PER_MINUTE:
            return True
        self.seconds_left = WINDOW_SECONDS - passed
        return False

    def wait(self) -> float | None:
        return self.seconds_left


_client: redis.Redis | None = None


def counted(key: str) -> int | None:
    """Count one more under a key that lives two windows; None while Redis is away."""
    global _client
    if _client is None:
        _client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        with _client.pipeline(transaction=False) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, 2 * WINDOW_SECONDS)
            return int(pipeline.execute()[0])
    except redis.RedisError as error:
        logger.warning("API requests are not counted: %s", error)
        return None
