"""How many threads of a process work at once: few, one after the other as they come, while any number of them wait.

Threads that all work at the same time take the interpreter from each other, and all of them end late.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# More than one, so that some work while others are at the database.
AT_ONCE = 4

_places = threading.Semaphore(AT_ONCE)
_mine = threading.local()


@contextmanager
def at_work() -> Iterator[None]:
    """Hold a place for the length of a block; a block inside adds nothing."""
    if holds_place():
        yield
        return
    _take()
    try:
        yield
    finally:
        _leave()


@contextmanager
def aside() -> Iterator[None]:
    """Leave one's place, if one has any, to others for the length of a block that only waits."""
    if not holds_place():
        yield
        return
    _leave()
    try:
        yield
    finally:
        _take()


def holds_place() -> bool:
    return bool(getattr(_mine, "held", False))


def release_connection() -> None:
    """Give a pooled connection to those who need one; without a pool keep it, connecting again costs more."""
    if not connection.in_atomic_block and connection.settings_dict["OPTIONS"].get("pool"):
        connection.close()


def _take() -> None:
    if not _places.acquire(blocking=False):
        # Else those at work might wait for the connections of those who wait for a place.
        release_connection()
        _places.acquire()
    _mine.held = True


def _leave() -> None:
    _mine.held = False
    _places.release()
