"""One event loop a process in which all requests are in flight, while the threads that asked wait and keep listening."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_pid = 0


def loop() -> asyncio.AbstractEventLoop:
    """The loop of this process, started with the first request; a forked child starts its own."""
    global _loop, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = asyncio.new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="llm", daemon=True).start()
        return _loop


def run(coroutine: Coroutine[Any, Any, T], *, beat: Callable[[], None], every_seconds: float) -> T:
    """Wait for a coroutine, calling `beat` at intervals. What `beat` raises cancels it, which closes its connection."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, loop())
    try:
        while True:
            done, _ = wait_for([future], timeout=every_seconds)
            if done:
                return future.result()
            beat()
    except BaseException:
        future.cancel()
        raise


def sleep(seconds: float, *, beat: Callable[[], None], every_seconds: float) -> None:
    """Sleep, calling `beat` at intervals; what it raises ends the sleep."""
    if seconds > 0:
        run(asyncio.sleep(seconds), beat=beat, every_seconds=every_seconds)


__all__ = ["CancelledError", "loop", "run", "sleep"]
