"""Calls a minute at somebody who counts them, shared by all processes through Redis.

Calls are spaced evenly with room for a short burst (generic cell rate algorithm). When a provider says "wait", everybody
waits. Without Redis every process keeps the rate for itself, which may be more in sum: the provider then says "wait".
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

Name = int | str

BURST_SECONDS = 2.0  # of unused calls that may be made up for at once
RETRY_REDIS_SECONDS = 5.0
FREE_SECONDS = (
    0.25  # so long a provider without a rate, at which nobody has to wait, need not be asked about again
)
# Both times are Redis's own, so that workers' clocks don't matter. Returns milliseconds to wait; 0 takes the slot.
TAKE = """
local now = redis.call('TIME'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local held = tonumber(redis.call('GET', KEYS[1] .. ':held') or '0')
if held > now then return held - now end
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
if interval == 0 then return 0 end
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now - burst)
if due > now then return math.ceil(due - now) end
redis.call('SET', KEYS[1], due + interval, 'PX', math.ceil(burst + interval + 60000))
return 0
"""
HOLD = """
local now = redis.call('TIME'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local until_ms = now + tonumber(ARGV[1])
if until_ms > tonumber(redis.call('GET', KEYS[1] .. ':held') or '0') then
  redis.call('SET', KEYS[1] .. ':held', until_ms, 'PX', math.ceil(tonumber(ARGV[1])) + 1)
end
return 0
"""


class Local:
    """The same for one process, while Redis is away."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.due: dict[Name, float] = {}
        self.held: dict[Name, float] = {}

    def take(self, name: Name, interval: float) -> float:
        with self.lock:
            now = time.monotonic()
            if (held := self.held.get(name, 0.0)) > now:
                return held - now
            due = max(self.due.get(name, 0.0), now - min(BURST_SECONDS, now))
            if interval and due > now:
                return due - now
            self.due[name] = due + interval
            return 0.0

    def hold(self, name: Name, seconds: float) -> None:
        with self.lock:
            self.held[name] = max(self.held.get(name, 0.0), time.monotonic() + seconds)


class RateLimit:
    """One a process and kind of provider. Every method answers at once; the caller does the waiting."""

    def __init__(self, url: str, kind: str) -> None:
        self.kind = kind
        self.local = Local()
        self.client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        self.scripts = {text: self.client.register_script(text) for text in (TAKE, HOLD)}
        self.away_until = 0.0
        self.free_until: dict[Name, float] = {}

    def take(self, name: Name, calls_per_minute: int | None) -> float:
        """Take a slot and return 0, or return the seconds after which to ask again."""
        interval = 60.0 / calls_per_minute if calls_per_minute else 0.0
        if not interval and time.monotonic() < self.free_until.get(name, 0.0):
            return 0.0
        waited = self.script(TAKE, name, interval * 1000, BURST_SECONDS * 1000)
        if waited is None:
            return self.local.take(name, interval)
        if waited == 0 and not interval:
            self.free_until[name] = time.monotonic() + FREE_SECONDS
        return waited / 1000

    def hold(self, name: Name, seconds: float) -> None:
        """Let nobody ask for so many seconds; who was told a moment ago that nobody has to wait hears of it soon."""
        self.free_until.pop(name, None)
        if self.script(HOLD, name, seconds * 1000) is None:
            self.local.hold(name, seconds)

    def forget(self, name: Name) -> None:
        """Let everybody ask at once again, as after somebody has put things right."""
        self.local = Local()
        with suppress(redis.RedisError):
            key = self.key(name)
            self.client.delete(key, f"{key}:held")

    def key(self, name: Name) -> str:
        return f"{self.kind}:rate:{name}"

    def script(self, text: str, name: Name, *arguments: float) -> float | None:
        if time.monotonic() < self.away_until:
            return None
        try:
            return float(self.scripts[text](keys=[self.key(name)], args=arguments))
        except redis.RedisError as error:
            self.away_until = time.monotonic() + RETRY_REDIS_SECONDS
            logger.warning("the rate of calls is kept by each process alone while Redis is away: %s", error)
            return None


@cache
def _limit(url: str, kind: str) -> RateLimit:
    return RateLimit(url, kind)


def rate_limit(kind: str) -> RateLimit:
    """The limits of this process for one kind of provider, at the Redis of the settings."""
    return _limit(settings.REDIS_URL, kind)
