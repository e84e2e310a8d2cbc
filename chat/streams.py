"""Following an answer while it is written: a snapshot that replaces what the viewer has, then what is added, then the end.

Positions make it exact: every piece of text says at which character it begins, so what the snapshot already holds is
left out, and a gap is noticed and filled by another snapshot. Without Redis the same is told from the database, once
a second. No database connection is held in between.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby
from typing import Any

import redis
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings

from chat.deltas import stream_key
from chat.looks import Look, Shape, looking
from core.live import event

STREAM_SECONDS = 300  # then it ends without a word; the viewer comes back and is authorised again
PING_SECONDS = 15.0
MOST_AT_ONCE = 500  # entries
POLL_SECONDS = 1.0
MOST_A_PROCESS = 500
MOST_A_USER = 30
LOOKS_AT_ONCE = 4  # of all streams of a process, so that they share a few database connections
STREAM_ID = re.compile(r"(\d{1,20}):(\d{1,20}-\d{1,20})")

_open: Counter[int] = Counter()
_clients: dict[asyncio.AbstractEventLoop, redis.asyncio.Redis] = {}
_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class GapFound(Exception):
    """A piece begins behind the end of what the viewer has."""


def is_full(user_id: int) -> bool:
    """Whether this process, or this user in it, watches as much as it may."""
    return _open.total() >= MOST_A_PROCESS or _open[user_id] >= MOST_A_USER


@dataclass
class Follower:
    """One viewer of one turn."""

    user_id: int
    turn_id: int
    zone: tzinfo
    shape: Shape
    # Characters of each text that the viewer has; None: up to wherever the next piece begins.
    lengths: dict[int, int] | None = None
    last: str = "0-0"
    is_over: bool = False
    told_last: bytes = b""

    async def events(self, look: Look, *, after: str = "") -> AsyncIterator[bytes]:
        """Server-sent events from a look on; `after` is the id of the last event that the viewer has, if it says so."""
        _open[self.user_id] += 1
        ends_at = asyncio.get_running_loop().time() + STREAM_SECONDS
        try:
            yield b"retry: 2000\n\n"
            if not self.resumes(look, after):
                yield self.shown(look)
            while not self.is_over and (left := ends_at - asyncio.get_running_loop().time()) > 0:
                async for chunk in self.more(min(left, PING_SECONDS)):
                    yield chunk
        finally:
            _open[self.user_id] -= 1
            if not _open[self.user_id]:
                del _open[self.user_id]

    def resumes(self, look: Look, after: str) -> bool:
        """Whether the viewer has everything up to an entry that is at least as new as what is stored."""
        found = STREAM_ID.fullmatch(after)
        if not found or int(found[1]) != self.turn_id or look.is_over:
            return False
        if number(found[2]) < number(look.stream_id):
            return False
        self.last = found[2]
        return True

    async def more(self, seconds: float) -> AsyncIterator[bytes]:
        """What came within so many seconds: entries of the stream, or another look where there are none to be had."""
        try:
            entries = await self.read(seconds)
        except (redis.RedisError, OSError):
            await asyncio.sleep(POLL_SECONDS)
            told = await self.look()
            yield event("ping", []) if told == self.told_last else told
            self.told_last = told
            return
        if not entries:
            # Silence: perhaps the end was missed, or the worker died.
            yield await self.look(only_end=True)
            return
        try:
            for name, data in self.joined(entries):
                yield await self.told(name, data)
                if self.is_over:
                    return
        except GapFound:
            yield await self.look()

    async def read(self, seconds: float) -> list[tuple[str, dict[str, Any]]]:
        waiting: Any = {stream_key(self.turn_id): self.last}
        found: Any = await client().xread(waiting, block=max(1, int(seconds * 1000)), count=MOST_AT_ONCE)
        entries = []
        for entry_id, values in found[0][1] if found else ():
            self.last = entry_id
            entries.append((values["kind"], json.loads(values["data"])))
        return entries

    def joined(self, entries: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The entries, with pieces of one text that follow each other as one. Raises GapFound."""
        for (name, at), group in groupby(entries, lambda entry: (entry[0], entry[1].get("at"))):
            if name == "delta":
                yield name, {"at": at, "text": "".join(self.new_of(data) for _, data in group)}
            else:
                yield from group

    def new_of(self, data: dict[str, Any]) -> str:
        """What of a piece the viewer has not seen. Raises GapFound."""
        at, start, text = data["at"], data["start"], data["text"]
        if self.lengths is None:
            self.lengths = {at: start}
        has = self.lengths.get(at, 0)
        if start > has:
            raise GapFound
        self.lengths[at] = max(has, start + len(text))
        return str(text[has - start :])

    async def told(self, name: str, data: dict[str, Any]) -> bytes:
        if name == "delta":
            return self.event("delta", data) if data["text"] else b""
        if name == "reset":
            self.lengths = {**(self.lengths or {}), data["at"]: 0}
            return self.event("reset", data)
        if name == "part":
            return await self.look(position=data["at"])
        return await self.look()

    async def look(self, *, position: int | None = None, only_end: bool = False) -> bytes:
        """Look at the database: the end if it has come, else one block, a snapshot, or only a sign of life."""

        def show(look: Look) -> bytes:
            if look.is_over or (position is None and not only_end):
                return self.shown(look)
            if only_end or position is None:
                return event("ping", [])
            self.lengths = {**(self.lengths or {}), position: look.lengths.get(position, 0)}
            return self.event("block", self.shape.block(look.one, position))

        async with gate():
            told: bytes = await sync_to_async(looking)(self.user_id, self.turn_id, self.zone, show)
        return told

    def shown(self, look: Look) -> bytes:
        """Everything, in place of whatever the viewer has."""
        if look.is_over:
            self.is_over = True
            return self.event("done", self.shape.done(look.one))
        self.lengths = dict(look.lengths)
        if number(look.stream_id) > number(self.last):
            self.last = look.stream_id
        return self.event("snapshot", self.shape.snapshot(look.one))

    def event(self, name: str, data: dict[str, Any]) -> bytes:
        return f"id: {self.turn_id}:{self.last}\n".encode() + event(name, data)


def number(stream_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = stream_id.partition("-")
    return int(milliseconds), int(sequence)


def client() -> redis.asyncio.Redis:
    """One a loop; every stream that waits has a connection of its own to Redis."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        # The client's own time-out would end every wait for an answer that takes its time.
        _clients[loop] = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=2,
            max_connections=2 * MOST_A_PROCESS,
            decode_responses=True,
        )
    return _clients[loop]


def gate() -> asyncio.Semaphore:
    return _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(LOOKS_AT_ONCE))
