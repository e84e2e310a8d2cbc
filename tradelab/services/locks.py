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

    def sign(self) -> None:
        """Write our process number into the file, for people and messages; the lock itself does not depend on it."""
        os.truncate(self.path, 0)
        os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def holder(path: Path) -> int:
    """The process number that the last holder signed with; 0 if nobody did."""
    written = path.read_text().strip() if path.exists() else ""
    return int(written) if written.isdecimal() else 0


def is_held(path: Path) -> bool:
    """Whether anybody holds the lock on `path` now."""
    lock = FileLock(path)
    try:
        return not lock.try_take()
    finally:
        lock.close()
