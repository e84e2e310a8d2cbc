"""The tables of an embedded database, made or changed before a command needs them, so that nobody has to think of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tradelab.env import BASE_DIR
from tradelab.services import ServicesError
from tradelab.services.locks import FileLock


def bring_up_to_date(var_dir: Path) -> None:
    """Migrate the database under `var_dir` unless this code's migrations were run on it. Raises ServicesError."""
    lock = FileLock(var_dir / "tables.lock")
    lock.take()
    try:
        note, wanted = var_dir / "tables", fingerprint(var_dir)
        if note.exists() and note.read_text() == wanted:
            return
        command = [sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
        environment = {**os.environ, "DATABASE_ROLE": "owner"}
        if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603  (our own program)
            raise ServicesError("The tables could not be brought up to date; the reason stands above.")
        note.write_text(wanted)
    finally:
        lock.close()


def fingerprint(var_dir: Path) -> str:
    """Which migrations there are, of ours and of the packages that are pinned, and which database they are for."""
    ours = sorted(str(path.relative_to(BASE_DIR)) for path in BASE_DIR.glob("*/migrations/0*.py"))
    born = sorted(path.stat().st_mtime_ns for path in var_dir.glob("postgres-*/PG_VERSION"))
    told = f"{ours} {born} {(BASE_DIR / 'constraints.txt').read_text()}"
    return hashlib.sha256(told.encode()).hexdigest()
