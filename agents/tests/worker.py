"""The test as the worker: it takes the steps of a run while somebody watches."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection

from agents.foreground import session_run
from agents.tasks import run_slice
from runs.models import Run
from runs.services.start import RunRequest

INSTANT = 0.001  # long enough for one commit, too short for two


def work(run: Run, slices: int = 1) -> None:
    """One commit a slice."""
    for _ in range(slices):
        run_slice(run.user_id, run.pk, slice_seconds=INSTANT)


def finish(run: Run) -> Run:
    while run_slice(run.user_id, run.pk, slice_seconds=30):
        pass
    return run


def session_apart(user: User, request: RunRequest) -> Run:
    """A whole session, for a thread of its own: a browser keeps an event loop in that of the test."""
    try:
        return session_run(user, request, lambda run: None)
    finally:
        connection.close()
