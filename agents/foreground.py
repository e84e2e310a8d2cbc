"""Running a session in this process, through the same slices as a worker's."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth.models import User

from agents.services import request_checked
from agents.tasks import run_slice
from core.rls import acting_as
from runs.models import Run
from runs.selectors import access_run
from runs.services import run_start
from runs.services.start import RunRequest

SLICE_SECONDS = 0.5  # how often progress is shown


def session_run(user: User, request: RunRequest, on_progress: Callable[[Run], None]) -> Run:
    """Start a run and carry it to its end; return it as stored. Raises UserError and Conflict."""
    with acting_as(user.pk):
        run, _ = run_start(user, request_checked(user, request))
    more, seconds = True, SLICE_SECONDS
    while more:
        began = time.monotonic()
        more = run_slice(user.pk, run.pk, slice_seconds=seconds)
        # Every slice reads the data anew; of many symbols over years that takes longer than a glance at the progress.
        seconds = max(SLICE_SECONDS, 4 * (time.monotonic() - began - seconds))
        with acting_as(user.pk):
            run = access_run(user, run.pk)
        on_progress(run)
    return run
