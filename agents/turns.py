"""How long a worker stays with one run before the next has its turn."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

ASKING_QUEUE = "llm"
# As often a turn is made longer while nobody waits. Beginning one costs as much as several decisions; ending one is
# when a run hears of caps and keys that were changed meanwhile.
MOST_LONGER = 5


@dataclass
class Turn:
    """`seconds` long, and so long again as often as nobody waits."""

    seconds: float
    somebody_waits: Callable[[], bool] = lambda: True
    longer: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.ends_at = time.monotonic() + self.seconds

    @property
    def is_over(self) -> bool:
        """Whether it is time to hand on."""
        if time.monotonic() <= self.ends_at:
            return False
        if self.longer == MOST_LONGER or self.somebody_waits():
            return True
        self.longer += 1
        self.ends_at = time.monotonic() + self.seconds
        return False


def asking_run_waits() -> bool:
    """Whether a run that asks a language model waits for a worker; without Redis that has to be assumed."""
    try:
        return bool(queues(settings.CELERY_BROKER_URL).llen(ASKING_QUEUE))
    except redis.RedisError as error:
        logger.warning("nobody knows who waits for a turn while Redis is away: %s", error)
        return True


@cache
def queues(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
