"""Viewers of answers for measurements: raw connections to a web process, many of them in one loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tradelab.chat_provider import read

PATIENCE = 60.0
OPENED_AT_ONCE = 16  # browsers come one after another; after a restart they spread their return


@dataclass(frozen=True, slots=True)
class Watched:
    """A turn as one of its viewers asks for it."""

    port: int
    turn_id: int
    session: str


@asynccontextmanager
async def opened(watched: Watched) -> AsyncIterator[asyncio.StreamReader]:
    """The stream of the page, past the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={watched.session}"
    writer.write(
        f"GET /chat/turns/{watched.turn_id}/stream/ HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n\r\n".encode()
    )
    try:
        status = await reader.readline()
        assert b" 200 " in status, status
        yield reader
    finally:
        writer.close()


async def events(reader: asyncio.StreamReader) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    while line := await reader.readline():
        key, _, value = line.decode().strip().partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value)


async def first_token_seconds(watched: Watched) -> float | None:
    """From the moment that the provider sent its first token until it is here; None for who came after it was sent."""
    came = 0.0
    async with opened(watched) as reader:
        async for name, data in events(reader):
            now = time.time()
            if name == "snapshot":
                if "block-text" in data["html"]:
                    return None
                came = now
            if name == "delta":
                sent = read(data["text"].split()[0])
                return now - sent if came < sent else None
    raise AssertionError(f"turn {watched.turn_id} ended without a token")


async def first_tokens(all_watched: Iterable[Watched]) -> list[float]:
    waits = [first_token_seconds(watched) for watched in all_watched]
    found = await asyncio.wait_for(asyncio.gather(*waits), PATIENCE)
    return [seconds for seconds in found if seconds is not None]


class Crowd:
    """Streams that stay open for the length of a block, each past its first snapshot."""

    def __init__(self, all_watched: Iterable[Watched]) -> None:
        self.all_watched = list(all_watched)
        self.ready = 0
        self.opening = asyncio.Semaphore(OPENED_AT_ONCE)

    async def __aenter__(self) -> Crowd:
        self.tasks = [asyncio.create_task(self.watch(watched)) for watched in self.all_watched]
        async with asyncio.timeout(PATIENCE):
            while self.ready < len(self.tasks):
                for task in self.tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def watch(self, watched: Watched) -> None:
        await self.opening.acquire()
        async with opened(watched) as reader:
            async for name, _ in events(reader):
                if name == "snapshot":
                    self.ready += 1
                    self.opening.release()
                    break
            # From here on it only reads, as a browser does.
            while await reader.readline():
                pass


async def page_seconds(watched: Watched, path: str) -> float:
    """What a page takes, from the request to its last byte."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={watched.session}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{cookie}\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    assert b" 200 " in answer[:40], answer[:200]
    return time.perf_counter() - began
