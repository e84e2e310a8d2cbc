"""The processes of one installation: web, workers, beat; each a child that ends with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tradelab.services.processes import Child, spawn, stop

STOP_SECONDS = 4.0  # Ctrl-C to nothing left: this, and a little for the services


def start_web(host: str, port: int) -> Child:
    """Serve pages, API and event streams."""
    command = [
        sys.executable, "-m", "uvicorn", "tradelab.asgi:application", "--host", host, "--port", str(port),
        "--timeout-graceful-shutdown", "3", "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    return _start("web", command)


def start_worker(queues: str, processes: int) -> Child:
    """Work on `queues` ("runs,beat"). SIGQUIT makes it give unfinished tasks back after two seconds."""
    name = queues.split(",")[0]
    command = [
        sys.executable, "-m", "celery", "--quiet", "-A", "tradelab", "worker", "--queues", queues, "--concurrency", str(processes),
        "--hostname", f"{name}-{os.getpid()}@%h", "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    return _start(f"worker {name}", command, stop_signal=signal.SIGQUIT)


def start_beat() -> Child:
    """Send what the clock asks for. One is enough; two would send twice."""
    return _start(
        "beat",
        [
            sys.executable,
            "-m",
            "celery",
            "--quiet",
            "-A",
            "tradelab",
            "beat",
            "--loglevel",
            "WARNING",
            "--pidfile=",
        ],
    )


@contextmanager
def worker(queues: str, processes: int) -> Iterator[Child]:
    """A worker for the length of a block."""
    child = start_worker(queues, processes)
    try:
        yield child
    finally:
        stop([child], seconds=STOP_SECONDS)


def migrate() -> bool:
    """Bring the tables up to date, as their owner; return whether there was anything to do."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    connection.close()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(command, check=True, env={**os.environ, "DATABASE_ROLE": "owner"})  # noqa: S603  (our own program)
    return True


def _start(name: str, command: list[str], *, stop_signal: signal.Signals = signal.SIGTERM) -> Child:
    return spawn(name, command, stop_signal=stop_signal, folder=settings.BASE_DIR)
