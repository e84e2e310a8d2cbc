"""Coroutines in tests, in whose own thread a browser of another test may keep an event loop running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from asgiref.sync import async_to_sync

T = TypeVar("T")


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that runs in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def content_of(answer: Any) -> bytes:
    """Everything that a streamed answer sends; its queries are made in this thread, and see this test's rows."""

    async def joined() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    with no_running_loop():
        return async_to_sync(joined)()


@contextmanager
def no_running_loop() -> Iterator[None]:
    """Set the loop that stands still in this thread aside, since asyncio refuses to run a second."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
