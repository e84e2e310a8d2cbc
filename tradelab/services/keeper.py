"""The process that owns the services: `python -m tradelab.services.keeper VAR_DIR postgres redis`.

It starts them, says `ready`, and stops them when nobody holds `clients.lock` any more. If one of them dies, it stops
the other and ends: a client then sees its connections fail, and the next one starts both again.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tradelab.services.addresses import DATABASE_NAME, STATE_FILE, Addresses, known_urls, socket_url, tell
from tradelab.services.locks import FileLock
from tradelab.services.postgres import Postgres
from tradelab.services.processes import Child, stop
from tradelab.services.redis_server import RedisServer
from tradelab.services.roles import prepare_database


class Keeper:
    def __init__(self, var_dir: Path, names: list[str], *, is_throwaway: bool) -> None:
        self.var_dir = var_dir
        self.names = names
        self.is_throwaway = is_throwaway
        self.children: list[Child] = []
        self.postgres: Postgres | None = None
        self.clients = FileLock(var_dir / "clients.lock")
        self.is_told_to_end = False

    def start(self) -> None:
        (self.var_dir / STATE_FILE).unlink(missing_ok=True)
        addresses = known_urls(self.var_dir)
        if "redis" in self.names:
            redis = RedisServer(self.var_dir, is_throwaway=self.is_throwaway)
            self.children.append(redis.start())
            addresses = replace(addresses, redis=redis.url)
        if "postgres" in self.names:
            addresses = self._start_postgres(addresses)
        tell(self.var_dir, addresses)

    def _start_postgres(self, addresses: Addresses) -> Addresses:
        self.postgres = Postgres(self.var_dir, is_throwaway=self.is_throwaway)
        self.children.append(self.postgres.start())
        prepare_database(self.postgres.superuser_url, DATABASE_NAME, for_tests=True)
        return replace(
            addresses,
            database=socket_url("tl_app", self.postgres.socket_dir),
            migrate_database=socket_url("tl_owner", self.postgres.socket_dir),
        )

    def keep(self) -> str:
        """Wait until there is a reason to end, and return it."""
        while not self.is_told_to_end:
            for child in self.children:
                if not child.is_alive:
                    return f"{child.name} died (exit status {child.process.returncode})"
            # Once taken, newcomers wait in line until this process has ended, and start a new one.
            if self.clients.try_take():
                return "nobody uses them any more"
            time.sleep(0.1)
        return "told to"

    def end(self) -> None:
        # First, so that nobody attaches to what is ending.
        (self.var_dir / STATE_FILE).unlink(missing_ok=True)
        killed = stop(self.children, seconds=20)
        if killed:
            log(f"had to kill {', '.join(killed)}")
        if self.postgres:
            self.postgres.clean_up()
        if self.is_throwaway:
            shutil.rmtree(self.var_dir, ignore_errors=True)

    def on_signal(self, number: int, frame: object) -> None:
        self.is_told_to_end = True


def log(message: str) -> None:
    """Add a line to services.log, which is our standard error."""
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {message}\n")
    sys.stderr.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("var_dir", type=Path)
    parser.add_argument("names", nargs="+", choices=["postgres", "redis"])
    parser.add_argument("--throwaway", action="store_true", help="no durability; delete VAR_DIR at the end")
    options = parser.parse_args()
    keeper = Keeper(options.var_dir, options.names, is_throwaway=options.throwaway)
    lock = FileLock(options.var_dir / "keeper.lock")
    lock.take()
    lock.sign()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, keeper.on_signal)
    try:
        keeper.start()
        log(f"started {', '.join(options.names)}")
        _say("ready")
        log(f"stopping: {keeper.keep()}")
    except (RuntimeError, OSError, psycopg.Error) as error:
        log(str(error))
        _say(str(error))
        return 1
    finally:
        keeper.end()
    return 0


def _say(message: str) -> None:
    """Answer the client that started us, once; it may have gone already."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, message.encode())
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main())
