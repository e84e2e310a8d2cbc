"""Import minute or daily bars, or quote bars, from CSV and Parquet files, and report what was found in them."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core.errors import UserError
from market.importing.files import SUFFIXES
from market.importing.layouts import BARS, QUOTES
from market.importing.options import ImportOptions
from market.management.present import print_report
from market.services import ImportReport, bars_import

COUNTS = ("rows_read", "stored", "already_stored", "conflicting", "refused", "flagged")


class Command(BaseCommand):
    help = f"{__doc__} Wanted columns: {BARS.wanted}; or {QUOTES.wanted}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files, or folders of them")
        parser.add_argument(
            "--timeframe", default="auto", help="minute, day, or auto (default): told by the file"
        )
        parser.add_argument(
            "--tz", default="", help="time zone of times without an offset, such as America/New_York"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=THEIRS",
            help="a column under another name, such as --column close=last",
        )
        parser.add_argument("--symbol", default="", help="symbol of files without a symbol column")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, **options: Any) -> None:
        try:
            how = ImportOptions.of(
                **{name: options[name] for name in ("timeframe", "tz", "symbol")}, columns=options["column"]
            )
            paths = [path for given in options["paths"] for path in files_of(Path(given))]
        except UserError as error:
            raise CommandError(error.message) from error
        reports, failures = self.import_all(paths, how)
        if options["json"]:
            self.stdout.write(json.dumps(summary(reports, failures), indent=2))
        else:
            console = Console(file=cast(IO[str], self.stdout), highlight=False, soft_wrap=True)
            for report in reports:
                print_report(console, report)
        if failures:
            raise CommandError("\n".join(failures.values()))

    def import_all(self, paths: list[Path], how: ImportOptions) -> tuple[list[ImportReport], dict[str, str]]:
        """Import file by file; one that can't be used doesn't stop the others."""
        reports: list[ImportReport] = []
        failures: dict[str, str] = {}
        with progress_bar() as bar:
            for path in paths:
                task = bar.add_task(path.name, total=1.0, rows=0)
                try:
                    report = bars_import(path, how, progress=partial(show, bar, task))
                except UserError as error:
                    failures[str(path)] = error.message
                    continue
                reports.append(report)
                if not report.usable:
                    failures[str(path)] = f"{path.name}: none of its {report.rows_read:,} rows is stored."
        return reports, failures


def files_of(path: Path) -> list[Path]:
    """The file itself, or the files of bars in a folder. Raises UserError when there are none."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.name.lower().endswith(tuple(SUFFIXES)))
    if not files:
        raise UserError(f"{path}: no file ending in {', '.join(SUFFIXES)} in this folder.")
    return files


def progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )


def show(bar: Progress, task: TaskID, done: float, rows: int) -> None:
    bar.update(task, completed=done, rows=rows)


def summary(reports: list[ImportReport], failures: dict[str, str]) -> dict[str, Any]:
    """Totals, then each file's report, then why files failed."""
    totals = {name: sum(getattr(report, name) for report in reports) for name in COUNTS}
    return {**totals, "imports": [report.to_json() for report in reports], "failures": failures}
