"""The processes of a fleet on this machine: two of the web, workers, beat, and a Redis that may die like any other."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tradelab import stack
from tradelab.services.processes import Child, open_log, stop
from tradelab.services.redis_server import RedisServer

STOP_SECONDS = 5.0


@dataclass
class Member:
    """A process that can be killed and started again, as a supervisor would."""

    name: str
    begin: Callable[[], Child]
    child: Child
    killed: int = 0
    fell: int = 0  # ended although nobody killed it

    def kill(self) -> None:
        """End it as if the power had gone, and start it again."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.process.pid, signal.SIGKILL)
        self.child.process.wait()
        self.killed += 1
        self.child = self.begin()

    def revive(self) -> None:
        """Start it again if it ended by itself."""
        if not self.child.is_alive:
            self.fell += 1
            self.child = self.begin()


@dataclass
class Fleet:
    """All that run now, by name, and where the site is found."""

    members: dict[str, Member] = field(default_factory=dict)
    sites: list[str] = field(default_factory=list)

    def add(self, name: str, begin: Callable[[], Child], first: Callable[[], Child] | None = None) -> None:
        self.members[name] = Member(name, begin, (first or begin)())

    def revive(self) -> None:
        for member in self.members.values():
            member.revive()

    def stop(self, *names: str) -> None:
        """Stop these members, or all."""
        chosen = [self.members.pop(name) for name in names or list(self.members)]
        stop([member.child for member in chosen], seconds=STOP_SECONDS)


@contextmanager
def fleet(var_dir: Path, environment: Mapping[str, str], *, webs: int = 2) -> Iterator[Fleet]:
    """A Redis of its own, web processes and beat, for the length of a block; workers are added as they are wanted.

    Redis keeps nothing on disk: killed, it comes back empty, which is the worst that it can do.
    """
    redis = RedisServer(var_dir / "fleet", is_throwaway=True)
    found = Fleet()
    with ExitStack() as undo:
        log = undo.enter_context(open_log(var_dir / "log" / "fleet.log"))
        undo.callback(found.stop)
        found.add("redis", redis.start_again, redis.start)
        undo.enter_context(set_environment({**environment, "REDIS_URL": redis.url}))
        for number in range(1, webs + 1):
            port = free_port()
            found.add(f"web {number}", partial(stack.start_web, "127.0.0.1", port, output=log))
            found.sites.append(f"http://127.0.0.1:{port}")
        found.add("beat", partial(stack.start_beat, output=log))
        yield found


def add_runs_worker(found: Fleet, name: str, var_dir: Path, *, processes: int = 1) -> None:
    """A worker for runs that compute."""

    def begin() -> Child:
        with open_log(var_dir / "log" / "fleet.log") as log:
            return stack.start_worker("runs,beat", processes, output=log)

    found.add(name, begin)


def add_llm_worker(found: Fleet, name: str, var_dir: Path, *, threads: int) -> None:
    """A worker for runs that wait for a language model."""

    def begin() -> Child:
        with open_log(var_dir / "log" / "fleet.log") as log:
            return stack.start_waiting_worker("llm", threads, output=log)

    found.add(name, begin)


@contextmanager
def set_environment(values: Mapping[str, str]) -> Iterator[None]:
    """For processes that are started meanwhile; our own settings have been read."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
