"""The processes of one installation: web, workers, beat; each a child that ends with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tradelab.services.processes import Child, open_log, spawn, stop

WAITING = {"DATABASE_POOL_SIZE": "16", "DATABASE_POOL_SECONDS": "60"}
_numbers = count(1)  # several workers of one parent need names of their own
STOP_SECONDS = 3.5  # then kill: a step that was not committed is taken again, a task not done is sent again


def start_web(host: str, port: int, *, output: IO[bytes] | None = None) -> Child:
    """Serve pages, API and event streams."""
    command = [
        sys.executable, "-m", "uvicorn", "tradelab.asgi:application", "--host", host, "--port", str(port),
        "--timeout-graceful-shutdown", "3", "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    return spawn("web", command, output=output, folder=settings.BASE_DIR)


def start_worker(queues: str, processes: int, *, output: IO[bytes] | None = None) -> Child:
    """Work on `queues` ("runs,beat"). SIGQUIT makes it give unfinished tasks back after a second."""
    name = queues.split(",")[0]
    return spawn(
        f"worker {name}",
        worker_command(name, queues, processes),
        stop_signal=signal.SIGQUIT,
        death_signal=signal.SIGKILL,  # Redis ends with us, and without it a worker may not find its own end
        output=output,
        folder=settings.BASE_DIR,
    )


def start_waiting_worker(queues: str, threads: int, *, output: IO[bytes] | None = None) -> Child:
    """Work on queues whose tasks mostly wait for somebody else: one process, in which so many wait at once."""
    name = queues.split(",")[0]
    return spawn(
        f"worker {name}",
        [*worker_command(name, queues, threads), "--pool", "threads"],
        # Threads can't be taken back their tasks, but sessions end behind the step in hand.
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGKILL,
        # Who waits for a language model needs no connection, so a few serve all.
        environment={name: os.environ.get(name) or text for name, text in WAITING.items()},
        output=output,
        folder=settings.BASE_DIR,
    )


def worker_command(name: str, queues: str, concurrency: int) -> list[str]:
    return [
        sys.executable, "-m", "celery", "--quiet", "-A", "tradelab", "worker", "--queues", queues, "--concurrency", str(concurrency),
        "--hostname", f"{name}-{os.getpid()}-{next(_numbers)}@%h", "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip


def start_beat(*, output: IO[bytes] | None = None) -> Child:
    """Send what the clock asks for. One is enough; two would send twice."""
    command = [
        sys.executable, "-m", "celery", "--quiet", "-A", "tradelab", "beat", "--loglevel", "WARNING", "--pidfile=",
    ]  # fmt: skip
    # Its state is in the database, and a SIGTERM while it starts gets lost.
    return spawn("beat", command, output=output, folder=settings.BASE_DIR, stop_signal=signal.SIGKILL)


@contextmanager
def worker(queues: str, processes: int) -> Iterator[Path]:
    """A worker for the length of a block, after which it has nothing left to do; yields the log that it writes."""
    log = settings.VAR_DIR / "log" / "worker.log"
    with open_log(log) as output:
        child = start_worker(queues, processes, output=output)
    try:
        yield log
    finally:
        stop([child], seconds=0.5)


def migrate() -> bool:
    """Bring the tables up to date, as their owner; return whether there was anything to do."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    connection.close()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_ROLE": "owner"}
    if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603  (our own program)
        raise CommandError("The tables could not be brought up to date; the reason stands above.")
    return True
