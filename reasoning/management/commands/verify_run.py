"""Check that a run's log is whole: nothing changed, removed or cut off. Needs no database for an exported file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.rls import acting_as
from reasoning.export import log_verify
from reasoning.logfile import BadLogFile, file_verify
from reasoning.verify import Verification
from runs.finding import run_find


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("run", nargs="?", type=int, metavar="ID", help="id of a stored run")
        what.add_argument("--file", type=Path, metavar="EXPORT.jsonl", help="an exported log")
        parser.add_argument("--head", help="hash of the last record that you noted down before")

    def handle(self, **options: Any) -> None:
        name, head, found = check_file(options["file"]) if options["file"] else check_run(options["run"])
        if not found.is_whole:
            raise CommandError(f"{name}: {found.problem}")
        if options["head"] and options["head"] != head:
            raise CommandError(
                f"{name}: its records fit each other, but the head is {head}, not the one noted."
            )
        self.stdout.write(f"{name}: {found.count} records, none changed, removed or cut off. Head {head}")


def check_run(run_id: int) -> tuple[str, str, Verification]:
    user, run = run_find(run_id)
    with acting_as(user.pk):
        return f"Run {run_id}", run.log_head, log_verify(run)


def check_file(path: Path) -> tuple[str, str, Verification]:
    try:
        with path.open(encoding="utf-8") as lines:
            header, found = file_verify(lines)
    except (OSError, UnicodeDecodeError, BadLogFile) as error:
        raise CommandError(f"{path}: {error}") from None
    return str(path), header["head"], found
