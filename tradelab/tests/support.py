"""What tests of real processes share: waiting with a deadline, and looking at processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tradelab.services import Lease
from tradelab.services.processes import is_running


def eventually(claim: Callable[[], object], *, seconds: float = 10) -> None:
    """Wait until the claim holds; fail if it never does."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_running(pid))


def postmaster(var_dir: Path) -> int:
    """Process number of the database server, from its own file."""
    (pid_file,) = var_dir.glob("postgres-*/postmaster.pid")
    return int(pid_file.read_text().splitlines()[0])


def write_row(lease: Lease, word: str) -> None:
    with psycopg.connect(lease.addresses.migrate_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def read_rows(lease: Lease) -> list[str]:
    """Read as the role that serves users, which proves its grants too."""
    with psycopg.connect(lease.addresses.database) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words")]


__all__ = ["eventually", "is_running", "kill", "postmaster", "read_rows", "write_row"]
