"""One event loop a process in which all requests are in flight, while the threads that asked wait and keep listening."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from core.turnstile import aside

try:
    import uvloop
except ImportError:  # not made for every system
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    new_event_loop = uvloop.new_event_loop  # takes less of our time for each request

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_pid = 0


def loop() -> asyncio.AbstractEventLoop:
    """The loop of this process, started with the first request; a forked child starts its own."""
    global _loop, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="llm", daemon=True).start()
        return _loop


def run(coroutine: Coroutine[Any, Any, T], *, beat: Callable[[], None], every_seconds: float) -> T:
    """Wait for a coroutine, calling `beat` at intervals. What `beat` raises cancels it, which closes its connection."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, loop())
    try:
        with aside():
            while not wait_for([future], timeout=every_seconds).done:
                beat()
        return future.result()
    except BaseException:
        future.cancel()
        raise


def run_watched(
    coroutine: Coroutine[Any, Any, T],
    watch: Callable[[Callable[[BaseException], None]], AbstractContextManager[None]],
) -> T:
    """Wait for a coroutine while somebody else watches; whoever ends it gives the reason, which is raised here."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, loop())
    reasons: list[BaseException] = []

    def end(reason: BaseException) -> None:
        reasons.append(reason)
        future.cancel()

    try:
        with aside(), watch(end):
            return future.result()
    except CancelledError:
        if not reasons:
            raise
        raise reasons[0] from None
    except BaseException:
        future.cancel()
        raise


def listen(
    speak: Callable[[Callable[[str], None]], Coroutine[Any, Any, T]],
    *,
    beat: Callable[[], None],
    every_seconds: float,
) -> Generator[str, None, T]:
    """Give what a coroutine says as it says it, calling `beat` at intervals; return what it returns.

    What `beat` raises cancels it, and so does closing the generator.
    """
    heard: SimpleQueue[str | None] = SimpleQueue()
    future: Future[T] = asyncio.run_coroutine_threadsafe(speak(heard.put), loop())
    future.add_done_callback(lambda _: heard.put(None))
    beaten = time.monotonic()
    try:
        while True:
            with suppress(Empty):
                with aside():
                    said = heard.get(timeout=every_seconds)
                if said is None:
                    return future.result()
                yield said
            if time.monotonic() - beaten >= every_seconds:
                beat()
                beaten = time.monotonic()
    except BaseException:
        future.cancel()
        raise


def finished(told: Generator[Any, None, T]) -> T:
    """What a generator returns, with everything that it gives before unheard."""
    while True:
        try:
            next(told)
        except StopIteration as end:
            value: T = end.value
            return value


def sleep(seconds: float, *, beat: Callable[[], None], every_seconds: float) -> None:
    """Sleep, calling `beat` at intervals; what it raises ends the sleep."""
    if seconds > 0:
        run(asyncio.sleep(seconds), beat=beat, every_seconds=every_seconds)


__all__ = ["CancelledError", "finished", "listen", "loop", "run", "run_watched", "sleep"]
