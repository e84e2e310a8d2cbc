"""Runs of a Model that were like the one that is asked for, as far as they tell what it will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from reasoning.calls.means import Mean, counts_of, means_of
from runs.cadence import Cadence
from runs.models import Run
from runs.services.start import RunRequest

MOST_RUNS = 5
# What the size of a prompt and the length of an answer depend on.
SIZE = ("ai_model", "bars_shown", "indicators", "prompt", "sent")
# What it depends on how often the model is asked.
CADENCE = ("every", "on_move", "on_volume", "on_stop", "on_fill", "on_event", "shade_rate")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the newest runs of the same size say: means by purpose, and how often each was asked for per step taken.

    Without runs of the same cadence there is nothing to be said about how often.
    """

    runs: int = 0
    means: Mapping[str, Mean] = field(default_factory=dict)
    a_step: Mapping[str, float] = field(default_factory=dict)
    repairs: float = 0.0  # per decision


def likeness_of(user: User, request: RunRequest) -> Likeness:
    """Learn from the Model's own runs of the same AI model and prompt over as many symbols."""
    runs = list(
        runs_like(user, request, SIZE).values_list("pk", "cursor", "decider_params", "snapshot__cadence")
    )
    if not runs:
        return Likeness()
    ids = [run_id for run_id, *_ in runs]
    counts = counts_of(ids)
    decisions = counts.get("decision", 0)
    same = {
        run_id: cursor
        for run_id, cursor, params, cadence in runs
        if (cadence or Cadence.DAY) == request.cadence
        and all(params.get(name) == request.decider_params[name] for name in CADENCE)
    }
    return Likeness(
        runs=len(runs),
        means=means_of(ids),
        a_step=rates(counts_of(same), sum(same.values())),
        repairs=counts.get("repair", 0) / decisions if decisions else 0.0,
    )


def runs_like(user: User, request: RunRequest, names: tuple[str, ...]) -> QuerySet[Run]:
    wanted: dict[str, Any] = {name: request.decider_params[name] for name in names}
    runs = Run.objects.owned_by(user).filter(
        model_id=request.model_id,
        decider=request.decider,
        mode=request.mode,
        decider_params__contains=wanted,
        symbols__len=len(request.symbols),
        cursor__gt=0,
        deleted_at=None,
    )
    return runs.order_by("-id")[:MOST_RUNS]


def rates(counts: Mapping[str, int], steps: int) -> dict[str, float]:
    return {purpose: count / steps for purpose, count in counts.items()} if steps else {}
