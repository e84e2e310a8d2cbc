"""Fill the demo account with copies of a run, and measure its pages. For throwaway installations."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from rich.progress import Progress

from agents.bench.pages import page_paces
from agents.bench.seeding import seed_runs
from agents.demo import demo_create


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--runs", type=int, default=10_000)
        parser.add_argument("--entries", type=int, default=1_000_000, help="of all runs together")
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
            self.stdout.write(json.dumps([asdict(pace) for pace in page_paces(user)], indent=2))
