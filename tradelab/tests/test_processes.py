"""Stopping children: nothing that they have started is left behind, and nobody is killed for being on a busy machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradelab.services.patience import LONGEST_SECONDS, Patience
from tradelab.services.processes import Child, open_log, spawn, stop
from tradelab.tests.support import eventually, is_running

# Starts another that doesn't care for signals, says which, and ends at the first signal itself.
PARENT = """
import pathlib, signal, subprocess, sys
ready = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(3600)"
child = subprocess.Popen([sys.executable, "-c", ready], stdout=subprocess.PIPE)
child.stdout.readline()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
pathlib.Path(sys.argv[1]).write_text(f"{child.pid}\\n")
while True:
    signal.pause()
"""


def test_what_a_child_leaves_behind_goes_with_it(tmp_path: Path) -> None:
    note = tmp_path / "child"
    parent = spawn("parent", [sys.executable, "-c", PARENT, note])
    eventually(lambda: note.exists() and note.read_text().endswith("\n"), seconds=60)
    left = int(note.read_text())
    assert is_running(left)
    assert stop([parent], seconds=60) == []
    eventually(lambda: not is_running(left), seconds=60)


# Doesn't care for the signal, and says when it has stopped to.
DEAF = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text("ready")
time.sleep(3600)
"""


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Child]:
    note = tmp_path / "deaf"
    child = spawn("deaf", [sys.executable, "-c", DEAF, note])
    eventually(lambda: note.exists() and note.read_text() == "ready", seconds=60)
    yield child
    child.process.kill()
    child.process.wait()


def test_who_does_nothing_about_it_is_killed_and_named(deaf: Child) -> None:
    assert stop([deaf], seconds=0.1) == ["deaf"]
    assert not deaf.is_alive


def test_who_is_in_a_hurry_waits_for_nobody(deaf: Child) -> None:
    assert stop([deaf], seconds=3600, is_hurried=lambda: True) == ["deaf"]
    assert not deaf.is_alive


Looks = list[
    tuple[float, float | None]
]  # seconds since it was told to end, and what it has used of a processor by then


@pytest.mark.parametrize(
    ("looks", "lasted"),
    [
        pytest.param([(0.5, 0), (3.4, 0), (3.6, 0)], 3.4, id="waits for somebody else"),
        pytest.param([(1, 1.0), (3.4, 3.4), (3.6, 3.6)], 3.4, id="computes on and on"),
        pytest.param([(3.4, 0.3), (4, 0.4), (5, 0.5), (6.5, 0.5)], 5, id="comes to its turn, then no more"),
        pytest.param(
            [(3, 0.3), (3.9, 0.4), (4.8, 0.5), (5.7, 1.7), (6.6, 1.8)], 5.7, id="has had half of it by now"
        ),
        pytest.param(
            [(step, step / 100) for step in range(1, 40)],
            LONGEST_SECONDS - 1,
            id="is slower than anybody waits",
        ),
        pytest.param([(3.4, None), (3.6, None)], 3.4, id="can't be measured"),
    ],
)
def test_patience_lasts_while_a_process_comes_to_its_turn(
    looks: Looks, lasted: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: tuple[float, float | None] = (0.0, 0.0)
    monkeypatch.setattr("tradelab.services.patience.processor_seconds", lambda pid: at[1])
    monkeypatch.setattr("tradelab.services.patience.monotonic", lambda: at[0])
    with_it = Patience(1, 3.5)
    last = 0.0
    for at in looks:
        if not with_it.lasts():
            break
        last = at[0]
    assert last == lasted


def test_a_log_is_for_nobody_else_to_read_however_old(tmp_path: Path) -> None:
    log = tmp_path / "log" / "postgres.log"
    log.parent.mkdir()
    log.write_text("before\n")
    log.chmod(0o644)
    with open_log(log) as output:
        output.write(b"after\n")
    assert log.read_text() == "before\nafter\n"
    assert log.stat().st_mode & 0o777 == 0o600
