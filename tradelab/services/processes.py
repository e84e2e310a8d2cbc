"""Child processes that never outlive their parent and that stop in a bounded time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tradelab.services.accounts import Account, before_exec
from tradelab.services.patience import Patience

LOG_BYTES = 10_000_000
LOOK_SECONDS = 0.02


@dataclass
class Child:
    """A started process: its name for messages, and the signal that stops it gently."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals | None = None,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    output: IO[bytes] | None = None,
    folder: Path | str = "/",
) -> Child:
    """Start a program in its own session: Ctrl-C reaches only us, and the kernel tells it when we die.

    What it is told then is `death_signal`, else the signal that stops it.
    Call it from the main thread: on Linux the death signal follows the thread that started the child.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
        preexec_fn=before_exec(account, death_signal or stop_signal),
    )
    return Child(name, process, stop_signal)


def stop(
    children: Iterable[Child], *, seconds: float, is_hurried: Callable[[], bool] = lambda: False
) -> list[str]:
    """Stop all at the same time, kill what is left after `seconds`; return the names of those killed.

    On a machine that is busy with other things a child may take longer, as long as it still comes to its turn (see
    `Patience`). Once `is_hurried` says so nobody waits any more. Whatever a child has started and left behind goes with it.
    """
    children = list(children)
    alive = [child for child in children if child.is_alive]
    for child in alive:
        child.process.send_signal(child.stop_signal)
    patience = {child.process.pid: Patience(child.process.pid, seconds) for child in alive}
    waited_for = alive
    while waited_for := [
        child for child in waited_for if child.is_alive and patience[child.process.pid].lasts()
    ]:
        if is_hurried():
            break
        time.sleep(LOOK_SECONDS)
    killed = [child.name for child in alive if child.is_alive]
    for child in children:
        _kill_session(child.process)
    return killed


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    # It leads its own process group, so its children go with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending, for nobody else to read; one that has grown past 10 MB is put aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(log, 0o600)
    return os.fdopen(log, "ab")


def log_tail(path: Path, lines: int = 5) -> str:
    """The last lines of a log, for a message that says why something ended."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def command_of(pid: int) -> list[str]:
    """The command line of a living process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        answer = subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
        return answer.stdout.split()


def is_running(pid: int) -> bool:
    """Whether a process exists and is more than a zombie."""
    return command_of(pid) not in ([], [""])


def wait_until_gone(pid: int, *, seconds: float) -> bool:
    """Wait for a process that is not our child."""
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
