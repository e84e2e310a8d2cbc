"""Whether this worker has been told to end: its sessions then stop behind the step in hand and give their leases back."""

from __future__ import annotations

import threading

_told = threading.Event()


def worker_closes() -> None:
    """Tell every session of this process."""
    _told.set()


def is_closing() -> bool:
    return _told.is_set()
