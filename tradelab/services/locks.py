"""File locks. The kernel frees them when their holder ends, also by kill -9 or a power cut."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """A lock on one file: held by many (shared) or by one (exclusive)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def share(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def take(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Take it if nobody holds it; never waits."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def is_held(path: Path) -> bool:
    """Whether anybody holds the lock on `path` now."""
    lock = FileLock(path)
    try:
        return not lock.try_take()
    finally:
        lock.close()
