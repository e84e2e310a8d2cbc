"""Compare the paper broker and the statistics with outside case files, and show both numbers where they differ."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.oracle import FileReport, Outcome, UnreadableFile, case_files, run_file


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="case files, or folders of them"
        )
        parser.add_argument(
            "--data",
            type=Path,
            help="where the cases' data/ paths lead; default: the data folder beside the oracle's",
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, **options: Any) -> None:
        data: Path | None = options["data"]
        if data is not None and not data.is_dir():
            raise CommandError(f"--data should be a folder, and {data} is none")
        reports: list[FileReport] = []
        problems: dict[Path, str] = {}
        for path in case_files(options["paths"]):
            try:
                reports.append(run_file(path, data))
            except UnreadableFile as error:
                problems[path] = str(error)
        if not reports and not problems:
            raise CommandError(f"No case files in {', '.join(map(str, options['paths']))}")
        if options["json"] and reports:
            report = {"files": [each.to_json() for each in reports], "unreadable_files": [*problems.values()]}
            self.stdout.write(json.dumps(report, indent=2))
        elif reports:
            self._print(reports)
        # A file that was named is missed; one that merely lay in a folder is only told of.
        if not reports or problems.keys() & set(options["paths"]):
            raise CommandError("\n".join(problems.values()))
        for problem in problems.values():
            self.stderr.write(problem)

    def _print(self, reports: list[FileReport]) -> None:
        for report in reports:
            self._print_counts(report)
        for report in reports:
            self._print_unsupported(report)
            self._print_deviations(report)

    def _print_counts(self, report: FileReport) -> None:
        for agreement, count in report.counts.items():
            line = (
                f"{report.path.name:<18} {agreement:<11} {count[Outcome.HOLDS]:>4} of {count.total():>4} hold"
            )
            for outcome in (Outcome.UNSUPPORTED, Outcome.UNREADABLE):
                line += f", {count[outcome]} {outcome}" if count[outcome] else ""
            self.stdout.write(line)

    def _print_unsupported(self, report: FileReport) -> None:
        for reason, ids in report.unsupported.items():
            which = ids[0] if len(ids) == 1 else f"{len(ids)} cases of {report.path.name}"
            self.stdout.write(f"{which} {Outcome.UNSUPPORTED}: {reason}")

    def _print_deviations(self, report: FileReport) -> None:
        for result in report.results:
            if result.outcome is Outcome.UNREADABLE:
                self.stdout.write(f"{result.id} ({result.agreement}) {Outcome.UNREADABLE}: {result.reason}")
            if result.unread:
                self.stdout.write(f"{result.id} ({result.agreement}) not read: {', '.join(result.unread)}")
            for check in result.deviations:
                self.stdout.write(
                    f"{result.id} ({result.agreement}) {check.what}: expected {check.expected}, found {check.found}"
                )
            if result.deviations and result.category == "fills":
                named = ", ".join(f"{name} {value}" for name, value in result.settings.items())
                self.stdout.write(f"{result.id} ran under {named or 'no convention that its words name'}")
