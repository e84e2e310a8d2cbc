"""The settings of a run once more: asked for again as they are, or laid out in the form to be changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from agents.live.again import seen_check
from agents.services import session_start
from runs.cadence import Cadence
from runs.live.selectors import seer_of, walks_over_seen
from runs.models import Mode, Run, Session
from runs.selectors import access_run
from runs.services.start import RunRequest


def request_again(run: Run, key: str = "") -> RunRequest:
    """What was asked for when this run was started; rules and limits are the Model's as they are now."""
    return RunRequest(
        model_id=run.model_id,
        symbols=list(run.symbols),
        date_from=run.date_from,
        date_to=run.date_to,
        decider=run.decider,
        session=run.session or Session.REGULAR,
        mode=run.mode,
        decider_params=dict(run.decider_params),
        steps_per_second=run.steps_per_second,
        budget=dict(run.budget),
        cadence=cadence_of(run),
        idempotency_key=key,
        replay_of=seer_of(run) if walks_over_seen(run) else None,
        is_as_seen=walks_over_seen(run),
    )


def cadence_of(run: Run) -> str:
    return str(run.snapshot.get("cadence", Cadence.DAY))


def session_again(user: User, run_id: int, *, key: str) -> Run:
    """Start a run with the settings of another; the same key starts one run. One that was live is run again over the bars
    that it saw. Raises as `session_start` does, and Conflict for one that is still live, or saw nothing."""
    run = access_run(user, run_id)
    seen_check(run)
    return session_start(user, request_again(run, key))[0]


def initial_again(run: Run, prefix: str) -> dict[str, Any]:
    """A run's settings as values of the form that starts one; the decider's parameters are named with a prefix."""
    params = {prefix + name: value for name, value in run.decider_params.items()}
    caps = {f"budget_{kind}": cap for kind, cap in run.budget.items()}
    pace = run.steps_per_second
    return (
        params
        | caps
        | {
            "symbols": run.symbols,
            "date_from": run.date_from,
            "date_to": run.date_to if run.mode == Mode.DAILY else None,
            "session": run.session or Session.REGULAR,
            "mode": run.mode,
            "cadence": cadence_of(run),
            "decider": run.decider,
            "steps_per_second": "" if pace is None else f"{pace:g}",
        }
    )
