"""Live events: after a commit, a poke with a topic's name and no data. Pages then ask again for what they show.

Losing a poke, or Redis, loses nothing: the page's own polling shows the same a little later.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import redis
import redis.asyncio
from django.conf import settings
from django.db import transaction

from core.metrics import level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

logger = logging.getLogger(__name__)

CHANNEL = "live"
PING_SECONDS = 15
LISTEN_SECONDS = 5
STREAM_SECONDS = 300  # a stream ends silently after this; the browser connects again and is authorised again
COALESCE_SECONDS = 0.25  # at most four pokes a second for one page
QUEUE_SIZE = 100

STREAMS = level("streams", "Open event streams, of all web processes.")

# topic kind → a function that raises Forbidden unless the user may follow that topic's id
TOPICS: dict[str, Callable[[User | AnonymousUser, int], object]] = {}

_publisher: redis.Redis | None = None


def publish_on_commit(*topics: str) -> None:
    """Poke everybody who follows one of `topics` ("run:12") once the current transaction has committed."""
    transaction.on_commit(lambda: publish(*topics), robust=True)


def publish(*topics: str) -> None:
    """Poke now. A Redis that is down is logged and nothing else: the write has already happened."""
    global _publisher
    if _publisher is None:
        _publisher = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        _publisher.publish(CHANNEL, " ".join(topics))
    except redis.RedisError as error:
        logger.warning("could not poke %s: %s", ", ".join(topics), error)


class Hub:
    """One subscription a process, fanned out to the streams that are open in it."""

    def __init__(self) -> None:
        self.followers: dict[str, set[asyncio.Queue[str]]] = {}
        self.reader: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()
        self.is_lost = False

    def follow(self, topics: list[str]) -> asyncio.Queue[str]:
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_SIZE)
        for topic in topics:
            self.followers.setdefault(topic, set()).add(queue)
        if self.reader is None or self.reader.done():
            self.is_listening.clear()
            self.is_lost = False
            self.reader = asyncio.create_task(self.read())
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> None:
        for topic in [topic for topic, queues in self.followers.items() if queue in queues]:
            self.followers[topic].discard(queue)
            if not self.followers[topic]:
                del self.followers[topic]

    async def read(self) -> None:
        """Pass pokes on until nobody follows anything; a lost Redis ends all streams, which sends pages to polling."""
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=None, decode_responses=True)
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(CHANNEL)
                await pubsub.get_message(timeout=LISTEN_SECONDS)  # that it is subscribed
                self.is_listening.set()
                while self.followers:
                    message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                    if message is not None:
                        self.pass_on(message["data"])
        except (redis.RedisError, OSError) as error:
            logger.warning("live events are off: %s", error)
            self.is_lost = True
            for queues in list(self.followers.values()):
                for queue in queues:
                    put_if_room(queue, "")
        finally:
            self.is_listening.set()  # nobody waits for one that is gone
            await client.aclose()

    def pass_on(self, topics: str) -> None:
        for topic in topics.split():
            for queue in self.followers.get(topic, ()):
                put_if_room(queue, topic)


def put_if_room(queue: asyncio.Queue[str], topic: str) -> None:
    # A full queue already holds pokes that make its page ask again.
    with suppress(asyncio.QueueFull):
        queue.put_nowait(topic)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


async def events(topics: list[str]) -> AsyncIterator[bytes]:
    """Yield server-sent events: `ready` first (ask for everything again), then one `poke` per change, or `end`.

    Without Redis `end` comes at once, so that a page polls and tries again less and less often.
    """
    queue = hub().follow(topics)
    deadline = asyncio.get_running_loop().time() + STREAM_SECONDS
    try:
        with suppress(TimeoutError):
            # A change after `ready` has to be heard, or a page that asked on it would show the old until the next one.
            await asyncio.wait_for(hub().is_listening.wait(), LISTEN_SECONDS)
        if hub().is_lost:
            yield event("end", [])
            return
        yield b"retry: 2000\n" + event("ready", topics)
        while asyncio.get_running_loop().time() < deadline:
            try:
                changed = {await asyncio.wait_for(queue.get(), PING_SECONDS)}
            except TimeoutError:
                # An event, not a comment: a page can't see comments, and its watchdog waits for a sign of life.
                yield event("ping", [])
                continue
            await asyncio.sleep(COALESCE_SECONDS)
            while not queue.empty():
                changed.add(queue.get_nowait())
            if "" in changed:
                yield event("end", [])
                return
            yield event("poke", sorted(changed))
    finally:
        hub().leave(queue)


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
