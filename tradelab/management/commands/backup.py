"""Write the whole database to one file, as of one moment, while everything goes on."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tradelab.backup.manifest import manifest_path
from tradelab.backup.programs import ProgramFailed
from tradelab.backup.take import backup_take


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="to write, for instance tradelab.dump; should not exist yet"
        )

    def handle(self, *, file: Path, **options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} exists already; a backup never overwrites one.")
        began = time.monotonic()
        say = self.stdout.write if options["verbosity"] > 1 else lambda line: None
        try:
            manifest = backup_take(settings.MIGRATE_DATABASE_URL, file.resolve(), on_table=say)
        except (ProgramFailed, psycopg.Error, OSError) as error:
            raise CommandError(f"No backup was taken: {str(error).strip()}") from None
        rows = manifest.contents.rows
        self.stdout.write(
            f"{file}: {file.stat().st_size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s; "
            f"{rows['auth_user']} users, {rows['runs_run']} runs, {rows['reasoning_entry']} log records. "
            f"{manifest_path(file).name} says what it holds; keep both, and ENCRYPTION_KEYS elsewhere."
        )
