"""Take a run's recorded decisions again, in memory, and compare what comes out with what is stored. Writes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.management.readonly import read_only
from agents.replay import differences, replay
from core.errors import UserError
from core.rls import acting_as
from runs.finding import run_find


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="id of a stored run")
        parser.add_argument("--check", action="store_true", help="fail unless every byte is the same")

    def handle(self, **options: Any) -> None:
        user, run = run_find(options["run"])
        with acting_as(user.pk):
            read_only()
            try:
                replayed = replay(run)
            except UserError as error:
                raise CommandError(error.message) from None
            found = differences(run, replayed)
        steps, fills = len(replayed.batch), len(replayed.fills)
        self.stdout.write(
            f"Run {run.pk}: {steps} steps taken again, {fills} fills, final equity {final(replayed)}"
        )
        for difference in found:
            self.stdout.write(f"  {difference}")
        if not found:
            self.stdout.write(
                "Fills, equity, verdicts and statistics are the same as stored, to the last digit."
            )
        if found and options["check"]:
            raise CommandError(f"Run {run.pk} replays differently.")


def final(replayed: Any) -> str:
    return f"${replayed.curve.point(-1).equity:,.2f}"
