"""Fill an empty database from a backup, all of it or nothing, then check what it holds and every run's log."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tradelab.backup.manifest import BadManifest
from tradelab.backup.programs import ProgramFailed
from tradelab.backup.restore import CannotRestore, backup_restore, contents_check, logs_verify
from tradelab.database_url import redact
from tradelab.health import ready

TOLD_EVERY = 100


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="that the backup command wrote")

    def handle(self, *, file: Path, **options: Any) -> None:
        url = settings.MIGRATE_DATABASE_URL
        try:
            backup_restore(url, file)
            self.stdout.write(f"{redact(url)} is filled; checking what it holds …")
            different = contents_check(url, file)
        except (CannotRestore, BadManifest, ProgramFailed, psycopg.Error) as error:
            raise CommandError(f"Nothing was restored. {str(error).strip()}") from None
        if different is None:
            self.stdout.write("no manifest lies beside the backup: whether something is missing is not known")
        elif different:
            raise CommandError("The restored database differs from the backup: " + "; ".join(different))
        self.check_logs()
        with psycopg.connect(url) as connection:
            if ready.asked(connection)["migrations"]:
                self.stdout.write("the backup is older than this code; now: manage.py migrate")

    def check_logs(self) -> None:
        runs = records = 0
        broken = []
        for found in logs_verify():
            runs, records = runs + 1, records + found.records
            if found.problem:
                broken.append(f"run {found.run_id}: {found.problem}")
            if runs % TOLD_EVERY == 0:
                self.stdout.write(f"{runs} logs checked …")
        if broken:
            raise CommandError(f"{len(broken)} of {runs} logs are not whole: " + "; ".join(broken))
        self.stdout.write(f"{runs} runs: {records} log records, none changed, removed or cut off")
