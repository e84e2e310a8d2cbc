"""PostgreSQL's own programs, run against a database URL without showing its password to other processes."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urlsplit

from tradelab.services.postgres import find_programs

TOLD_LINES = 5


class ProgramFailed(Exception):
    """The program's last words, which say why."""


def program_run(
    name: str, url: str, arguments: Sequence[str], *, on_line: Callable[[str], None] = lambda line: None
) -> None:
    """Run a program to its end; `on_line` hears what it says meanwhile. Raises ProgramFailed."""
    parts = urlsplit(url)
    open_url = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password)} if parts.password else None
    command = [str(find_programs() / name), "--no-password", f"--dbname={open_url}", *arguments]
    last: deque[str] = deque(maxlen=TOLD_LINES)
    with subprocess.Popen(  # noqa: S603  (PostgreSQL's own program)
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            last.append(line.rstrip())
            on_line(line)
    if process.returncode:
        raise ProgramFailed("\n".join(last) or f"{name} ended with status {process.returncode}.")
