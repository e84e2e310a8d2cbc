"""Use the services: find those that run, or have them started, and hold them for as long as they are needed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradelab.services.addresses import STATE_FILE, Addresses, known_urls
from tradelab.services.locks import FileLock, holder, is_held
from tradelab.services.processes import is_running, log_tail, open_log

ROOT = Path(__file__).resolve().parents[2]

_held: Lease | None = None


class ServicesError(Exception):
    """PostgreSQL or Redis could not be started; the message says why."""


class Lease:
    """Keeps the services of `var_dir` alive until it is closed or its process ends."""

    def __init__(self, var_dir: Path, addresses: Addresses, lock: FileLock | None) -> None:
        self.var_dir = var_dir
        self.addresses = addresses
        self._lock = lock

    @property
    def is_embedded(self) -> bool:
        """Whether any of them is ours to keep; else all are named by the environment."""
        return self._lock is not None

    @property
    def is_alive(self) -> bool:
        """Whether the embedded services run; those of others are not watched."""
        return self._lock is None or is_held(self.var_dir / "keeper.lock")

    def reason_of_death(self) -> str:
        return log_tail(self.var_dir / "log" / "services.log", lines=1)

    def wait_until_over(self, *, seconds: float) -> bool:
        """After closing: wait for the services to end; False if others still use them."""
        deadline = time.monotonic() + seconds
        while is_held(self.var_dir / "keeper.lock"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def close(self) -> None:
        if self._lock:
            self._lock.close()


def attach(var_dir: Path, *, is_throwaway: bool = False) -> Lease:
    """Lease the services that the environment does not name, starting them if nobody has.

    Raises ServicesError with the reason if they can't be started.
    """
    var_dir = var_dir.resolve()
    missing = [
        name
        for name, variable in (("postgres", "DATABASE_URL"), ("redis", "REDIS_URL"))
        if not os.environ.get(variable)
    ]
    if not missing:
        return Lease(var_dir, known_urls(var_dir).or_given(), None)
    var_dir.mkdir(parents=True, exist_ok=True)
    clients = FileLock(var_dir / "clients.lock")
    clients.share()  # waits for a keeper that is just stopping
    starting = FileLock(var_dir / "start.lock")
    starting.take()
    try:
        if not _finds_keeper(var_dir):
            _start_keeper(var_dir, missing, is_throwaway=is_throwaway)
    except BaseException:
        clients.close()
        raise
    finally:
        starting.close()
    return Lease(var_dir, known_urls(var_dir).or_given(), clients)


def _finds_keeper(var_dir: Path) -> bool:
    """Whether a keeper serves this folder; one that is just ending, or was just killed, is waited for."""
    lock = FileLock(var_dir / "keeper.lock")
    try:
        while not lock.try_take():
            if (var_dir / STATE_FILE).exists() and is_running(holder(lock.path)):
                return True
            time.sleep(0.02)
        return False
    finally:
        lock.close()


def _start_keeper(var_dir: Path, names: list[str], *, is_throwaway: bool) -> None:
    command = [sys.executable, "-m", "tradelab.services.keeper", str(var_dir), *names]
    if is_throwaway:
        command.append("--throwaway")
    with open_log(var_dir / "log" / "services.log") as log:
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    with keeper.stdout as pipe:
        answer = pipe.read().decode()
    # It may outlive us, so we don't wait for it; `subprocess` reaps it if it ends first.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del keeper
    if answer != "ready":
        # A throwaway folder is gone with its log by now.
        raise ServicesError(answer or f"the services ended while starting; {var_dir / 'log'} may say why")


@contextmanager
def running(var_dir: Path) -> Iterator[Lease]:
    """Hold the services for a block, with their addresses in this process's environment."""
    global _held
    _held = attach(var_dir)
    os.environ.update(_held.addresses.environment())
    try:
        yield _held
    finally:
        _held.close()
        _held = None


def held() -> Lease | None:
    """What `running` holds now in this process."""
    return _held
