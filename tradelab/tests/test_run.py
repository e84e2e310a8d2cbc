"""`manage.py run` as a user meets it: everything up in one terminal, everything gone after Ctrl-C, nothing lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradelab.env import BASE_DIR
from tradelab.services.locks import is_held

pytestmark = pytest.mark.slow

SECONDS_TO_START = 120
SECONDS_TO_STOP = 10  # five on a quiet machine; a suite on all cores takes its part


class Terminal:
    """A terminal in which `manage.py run` was typed."""

    def __init__(self, var_dir: Path, log: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.var_dir = var_dir
        self.log = log
        kept = {"PATH", "HOME", "LANG"}
        environment = {name: value for name, value in os.environ.items() if name in kept}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--port", str(self.port)],
                cwd=BASE_DIR,
                env={**environment, "VAR_DIR": str(var_dir), "ENV_FILE": os.devnull},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def children(self) -> set[int]:
        """All processes that came of this one, also those with their own session."""
        found = {self.process.pid}
        while True:
            more = {pid for pid, parent in parents().items() if parent in found} - found
            if not more:
                return found - {self.process.pid}
            found |= more


def parents() -> dict[int, int]:
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listing.stdout.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def wait_until_gone(processes: set[int], *, seconds: float = SECONDS_TO_STOP) -> None:
    deadline = time.monotonic() + seconds
    while left := processes & set(parents()):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


@pytest.fixture
def terminal(var_dir: Path, tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Open terminals over the same installation; at the end of the test all are closed."""
    opened: list[Terminal] = []

    def open_terminal() -> Terminal:
        opened.append(Terminal(var_dir, tmp_path / f"terminal-{len(opened)}.log"))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.process.kill()
        each.process.wait()


def test_everything_runs_in_one_terminal_and_is_gone_after_it(terminal: Callable[[], Terminal]) -> None:
    first = terminal()
    first.wait_for("Ctrl-C stops everything")
    assert f"tradelab is at http://127.0.0.1:{first.port}/" in first.log.read_text()
    assert "log in as demo" in first.log.read_text()
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/login/") as page:
        assert page.status == 200

    second = terminal()
    assert second.process.wait(SECONDS_TO_START) == 1
    assert f"already running here (process {first.process.pid})" in second.log.read_text()

    children = first.children()
    assert len(children) >= 7, "web, two workers with their own, beat, keeper, PostgreSQL, Redis"
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(SECONDS_TO_STOP) == 0
    wait_until_gone(children)
    assert "stopped; all data is kept" in first.log.read_text(), "nobody had to be killed"

    third = terminal()
    third.wait_for("Ctrl-C stops everything")
    assert "first start" not in third.log.read_text(), "the demo user was kept"
    children = third.children()
    third.process.kill()
    third.process.wait()
    # Killed, it promises no time, unlike Ctrl-C above; its children only have to end, on a busy machine too.
    wait_until_gone(children, seconds=SECONDS_TO_START)
    assert not is_held(third.var_dir / "run.lock")
