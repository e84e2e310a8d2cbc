"""Restoring a backup into an empty database: all of it or nothing, and then everything is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.contrib.auth.models import User

from core.rls import acting_as
from reasoning.export import log_verify
from runs.models import Run
from tradelab.backup.manifest import contents_of, manifest_read, sha256_of
from tradelab.backup.programs import program_run
from tradelab.services.roles import PRIVILEGES_SQL

NO_PRIVILEGES_SQL = """
ALTER DEFAULT PRIVILEGES FOR ROLE tl_owner REVOKE ALL ON TABLES FROM tl_app, tl_admin;
ALTER DEFAULT PRIVILEGES FOR ROLE tl_owner REVOKE ALL ON SEQUENCES FROM tl_app, tl_admin;
"""


class CannotRestore(Exception):
    """Nothing was changed; the message says what is in the way."""


def backup_restore(url: str, archive: Path) -> None:
    """Fill the empty database at `url`, as its owner. Raises CannotRestore, ProgramFailed, psycopg.Error or BadManifest."""
    if not archive.exists():
        raise CannotRestore(f"{archive} doesn't exist.")
    manifest = manifest_read(archive)
    if manifest is not None and sha256_of(archive) != manifest.sha256:
        raise CannotRestore(
            f"{archive} is not the file that its manifest describes: it was changed or cut off."
        )
    refuse_full(url)
    with psycopg.connect(url, autocommit=True) as connection:
        # What this database grants on every new table would stay beside what the backup grants on each.
        connection.execute(NO_PRIVILEGES_SQL)
        try:
            program_run(
                "pg_restore", url, ["--no-owner", "--exit-on-error", "--single-transaction", str(archive)]
            )
        finally:
            connection.execute(PRIVILEGES_SQL)
        connection.execute("ANALYZE")  # or the first queries would be planned blindly


def refuse_full(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
        ).fetchone()
    if row is None or row[0]:
        raise CannotRestore(
            f"The database should be empty, found {row[0] if row else 'no answer'} tables. "
            "Restore into a new one (manage.py bootstrap_db makes it), so that nothing is overwritten."
        )


def contents_check(url: str, archive: Path) -> list[str] | None:
    """What the restored database holds otherwise than the backup; None where the backup doesn't say what it held."""
    manifest = manifest_read(archive)
    if manifest is None:
        return None
    with psycopg.connect(url) as connection:
        return manifest.differences(contents_of(connection))


@dataclass(frozen=True, slots=True)
class Checked:
    """One run's log after a check; no problem: it is whole."""

    run_id: int
    records: int
    problem: str


def logs_verify() -> Iterator[Checked]:
    """Follow the log of every run of every user, with the calls behind it."""
    for user in User.objects.order_by("pk"):
        with acting_as(user.pk):
            numbers = list(Run.objects.owned_by(user).order_by("pk").values_list("pk", flat=True))
        for number in numbers:
            with acting_as(user.pk):
                found = log_verify(Run.objects.owned_by(user).get(pk=number))
            yield Checked(number, found.count, found.problem)
