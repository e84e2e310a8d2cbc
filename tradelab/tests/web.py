"""The site in a process of its own, for tests of what that process holds and how it ends."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connection

from tradelab.env import BASE_DIR
from tradelab.services.processes import Child, spawn, stop
from tradelab.tests.support import eventually


@contextmanager
def web(port: int, environment: Mapping[str, str] | None = None) -> Iterator[Child]:
    """The site in a process of its own, under the role that serves users, on the test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    known = {"DATABASE_ROLE": "app", "DATABASE_URL": url.geturl(), **(environment or {})}
    command = [sys.executable, "-m", "uvicorn", "tradelab.asgi:application", "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "1"]
    child = spawn("web", command, environment=known, folder=BASE_DIR)
    try:
        eventually(lambda: is_open(port), seconds=60)
        yield child
    finally:
        stop([child], seconds=10)


def is_open(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
