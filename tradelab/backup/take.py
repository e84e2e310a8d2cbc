"""Taking a backup: one consistent moment of the whole database, however much is written meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tradelab.backup.manifest import Manifest, contents_of, manifest_write, sha256_of
from tradelab.backup.programs import program_run

TABLE_MARK = "dumping contents of table"


def backup_take(url: str, archive: Path, *, on_table: Callable[[str], None] = lambda table: None) -> Manifest:
    """Write the database at `url`, its owner's, to `archive`, which appears only when it is whole.

    Raises ProgramFailed, psycopg.Error or OSError.
    """
    draft = archive.with_name(f"{archive.name}.part")
    os.close(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    )  # it holds what people keep to themselves
    taken_at = datetime.now(UTC)

    def on_line(line: str) -> None:
        if TABLE_MARK in line:
            on_table(line.split('"')[1])

    try:
        with psycopg.connect(url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            # What is counted and what is dumped are the same moment.
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            contents = contents_of(connection)
            arguments = ["--format=custom", "--verbose", f"--snapshot={row[0]}", f"--file={draft}"]
            program_run("pg_dump", url, arguments, on_line=on_line)
        manifest = Manifest(taken_at.isoformat(timespec="seconds"), sha256_of(draft), contents)
        manifest_write(manifest, archive)
        draft.replace(archive)
    finally:
        draft.unlink(missing_ok=True)
    return manifest
