"""`manage.py demo`: the main job, end to end, from an empty folder to a finished run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tradelab import stack


class Command(BaseCommand):
    help = "Make the demo user and sample market, send one session through a real worker, and show what came of it."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        if stack.migrate():
            self.stdout.write("Made the tables.")
        # The worker gets ready while the market is made.
        with stack.worker("runs", settings.RUNS_WORKERS) as log:
            call_command("create_demo", stdout=self.stdout)
            try:
                call_command("demo_run", stdout=self.stdout)
            except CommandError as error:
                raise CommandError(f"{error}\nThe worker's log is {log}") from error
