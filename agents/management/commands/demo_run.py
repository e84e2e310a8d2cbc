"""Send one session of the demo user's first Model through a Celery worker, and show what came of it."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from agents.demo import DEMO_USER, demo_request
from agents.management.present import Progress, print_summary
from agents.services import session_start
from agents.summary import run_summary
from core.rls import acting_as
from runs.models import Run, RunState
from runs.selectors import access_run

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 90.0  # for a worker to take the run; every step it commits buys as much again


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        user = User.objects.get(username=DEMO_USER)
        with acting_as(user.pk):
            run, _ = session_start(user, demo_request(user))
        with Progress() as progress:
            run = self.watch(user, run, progress)
        with acting_as(user.pk):
            print_summary(run_summary(run))
        if run.state != RunState.COMPLETED:
            raise CommandError(
                f"Run {run.number} is {run.state}: {run.failure_message or 'no worker finished it'}"
            )
        self.stdout.write(
            f"See every decision: `make run`, then {settings.LOCAL_URL}models/{run.model_id}/r/{run.number}/"
        )
        self.stdout.write(f"Log in as {DEMO_USER}, password {DEMO_USER}.")

    def watch(self, user: User, run: Run, progress: Progress) -> Run:
        """Show the run until it ends or nobody advances it."""
        seen, deadline = -1, time.monotonic() + PATIENCE_SECONDS
        while run.is_active and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            with acting_as(user.pk):
                run = access_run(user, run.pk)
            progress.show(run)
            if run.cursor > seen:
                seen, deadline = run.cursor, time.monotonic() + PATIENCE_SECONDS
        return run
