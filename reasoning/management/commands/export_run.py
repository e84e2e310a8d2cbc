"""Write a run's log as lines of JSON that `verify_run --file` can check anywhere."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.rls import acting_as
from reasoning.export import log_lines
from runs.finding import run_find


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="ID", help="id of a stored run")

    def handle(self, **options: Any) -> None:
        user, run = run_find(options["run"])
        with acting_as(user.pk):
            for line in log_lines(run):
                self.stdout.write(line)
