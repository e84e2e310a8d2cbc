"""Fill the demo account with copies of a run, and measure its pages. For throwaway installations."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from agents.bench.pages import MOST_KILOBYTES, MOST_MILLISECONDS, PagePace, page_paces
from agents.bench.seeding import seed_runs
from agents.demo import demo_create
from core.arguments import whole


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--runs", type=whole(1, 1_000_000), default=10_000)
        parser.add_argument(
            "--entries", type=whole(1, 100_000_000), default=1_000_000, help="of all runs together"
        )
        parser.add_argument(
            "--measure", action="store_true", help="print server time, size and queries of each page"
        )

    def handle(self, *, runs: int, entries: int, measure: bool, **options: Any) -> None:
        user = demo_create()
        with Progress() as progress:
            task = progress.add_task("Copying runs", total=runs)
            for made in seed_runs(user, runs, entries):
                progress.update(task, completed=made)
        if measure:
            self.measure(page_paces(user))

    def measure(self, paces: list[PagePace]) -> None:
        """Print what the pages take. Raises CommandError for what is too much."""
        self.stdout.write(json.dumps([asdict(pace) for pace in paces], indent=2))
        beyond = [pace.address for pace in paces if not pace.is_within]
        if beyond:
            raise CommandError(
                f"Beyond {MOST_MILLISECONDS} ms or {MOST_KILOBYTES} KB, of {len(paces)} pages: {', '.join(beyond)}"
            )
