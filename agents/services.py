"""Starting and resuming a session: the decider checks its parameters, `runs` does the rest, a worker is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agents.deciders import DECIDERS, decider_check
from agents.llm.endpoint import choice_fill
from agents.tasks import task_of
from profiles.selectors import access_model
from runs.models import Run, RunState
from runs.services import run_budget_set, run_resume, run_start
from runs.services.start import RunRequest
from runs.snapshot import fields_of


def session_start(user: User, request: RunRequest) -> tuple[Run, bool]:
    """Start a run and call a worker once it is committed; returns and raises as `run_start` does."""
    run, is_new = run_start(user, request_checked(user, request))
    if is_new:
        call_worker(run)
    return run, is_new


def session_resume(user: User, run_id: int) -> Run:
    """Let a paused run go on and call a worker. Raises Conflict when it isn't paused."""
    run = run_resume(user, run_id)
    call_worker(run)
    return run


@transaction.atomic
def budget_change(user: User, run_id: int, *, budget: Mapping[str, Any]) -> Run:
    """Change a run's caps; one that is paused goes on. Raises UserError, and Conflict for a run that has ended."""
    run = run_budget_set(user, run_id, budget)
    return session_resume(user, run_id) if run.state == RunState.PAUSED else run


def request_checked(user: User, request: RunRequest) -> RunRequest:
    """The request with its decider's complete parameters. Raises UserError for those it can't use."""
    params = decider_check(request.decider, request.decider_params)
    if not DECIDERS[request.decider].is_free:
        model = access_model(user, request.model_id)
        params = choice_fill(
            user, params, request.snapshot["model"] if request.snapshot else fields_of(model)
        )
    decider = {"name": request.decider, "params": params}
    snapshot = {**request.snapshot, "decider": decider} if request.snapshot else None
    return replace(request, decider_params=params, snapshot=snapshot)


def call_worker(run: Run) -> None:
    """Send for a worker once the transaction commits."""
    # A broker that is down is logged, no more: beat wakes what nobody advances.
    transaction.on_commit(partial(task_of(run.decider).delay, run.user_id, run.pk), robust=True)
