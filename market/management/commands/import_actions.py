"""Import splits, cash dividends and ticker histories from CSV files, and report what was found in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from core.errors import UserError
from market.importing.actions import WANTED, is_action_file
from market.management.commands.import_bars import summary
from market.management.present import print_actions_report
from market.services import ImportReport, actions_import


class Command(BaseCommand):
    help = f"{__doc__} Wanted columns: {WANTED}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files, or folders of them")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, **options: Any) -> None:
        reports: list[ImportReport] = []
        failures: dict[str, str] = {}
        for given in options["paths"]:
            try:
                reports += [actions_import(path) for path in files_of(Path(given))]
            except UserError as error:
                failures[given] = error.message
        if options["json"]:
            self.stdout.write(json.dumps(summary(reports, failures), indent=2))
        else:
            console = Console(file=cast(IO[str], self.stdout), highlight=False, soft_wrap=True)
            for report in reports:
                print_actions_report(console, report)
        failures |= {report.source: nothing_of(report) for report in reports if not report.usable}
        if failures:
            raise CommandError("\n".join(failures.values()))


def files_of(path: Path) -> list[Path]:
    """The file itself, or those files of a folder that hold actions. Raises UserError when there are none."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.glob("*.csv") if is_action_file(file))
    if not files:
        raise UserError(f"{path}: no file of corporate actions in this folder. Wanted columns: {WANTED}.")
    return files


def nothing_of(report: ImportReport) -> str:
    return f"{Path(report.source).name}: none of its {report.rows_read:,} rows is stored."
