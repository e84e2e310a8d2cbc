"""Starting and stopping a session: the decider checks its parameters, `runs` does the rest, a worker is called."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from agents.deciders import decider_check
from agents.tasks import run_advance
from runs.models import Run
from runs.services import run_start
from runs.services.start import RunRequest


def session_start(user: User, request: RunRequest) -> tuple[Run, bool]:
    """Start a run and call a worker once it is committed; returns and raises as `run_start` does."""
    params = decider_check(request.decider, request.decider_params)
    run, is_new = run_start(user, replace(request, decider_params=params))
    if is_new:
        # A broker that is down is logged, no more: beat wakes what nobody advances.
        transaction.on_commit(partial(run_advance.delay, user.pk, run.pk), robust=True)
    return run, is_new
