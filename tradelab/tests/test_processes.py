"""Nothing that a child has started is left behind when the child is stopped."""

from __future__ import annotations

import sys
from pathlib import Path

from tradelab.services.processes import spawn, stop
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
