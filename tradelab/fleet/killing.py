"""Killing members of a fleet while runs advance, at moments and in an order that a seed decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum

from core.rls import acting_as
from runs.models import ACTIVE_STATES, Run
from tradelab.fleet.members import Fleet
from tradelab.fleet.scheduling import runs_of

LOOK_SECONDS = 0.1
FIRST, LAST = 0.03, 0.9  # of all steps: kills outside of it would meet nobody at work


class StandsStill(Exception):
    """No step was taken for so long that something must be lost."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Whom to kill once so many steps of all have been taken."""

    step: int
    name: str


def kills_planned(victims: Sequence[str], number: int, steps: int, seed: int) -> list[Kill]:
    """So many kills, spread over the work at random; every victim has its turn before one has a second."""
    random = Random(seed)
    names: list[str] = []
    while len(names) < number:
        names += random.sample(victims, len(victims))
    moments = sorted(random.uniform(FIRST, LAST) for _ in range(number))
    return [Kill(int(moment * steps), name) for moment, name in zip(moments, names, strict=False)]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far runs have come."""

    steps: int
    active: int


def stage_of(user: User, run_ids: Sequence[int]) -> Stage:
    with acting_as(user.pk):
        found = (
            Run.objects.owned_by(user)
            .filter(pk__in=run_ids)
            .aggregate(steps=Sum("cursor", default=0), active=Count("pk", filter=Q(state__in=ACTIVE_STATES)))
        )
    return Stage(**found)


def stage_with(user: User, run_ids: Sequence[int], schedule_ids: Sequence[int]) -> Stage:
    """The same with the runs of schedules; one that has not started its run yet counts as active."""
    scheduled = runs_of(user, schedule_ids)
    stage = stage_of(user, [*run_ids, *scheduled])
    return Stage(stage.steps, stage.active + len(schedule_ids) - len(scheduled))


def watch(
    fleet: Fleet,
    stage: Callable[[], Stage],
    kills: Sequence[Kill] = (),
    *,
    patience_seconds: float,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Kill as planned, start again what ended, until no run is active. Raises StandsStill."""
    left, last, moved_at = list(kills), -1, time.monotonic()
    while (now := stage()).active:
        if now.steps != last:
            last, moved_at = now.steps, time.monotonic()
        elif time.monotonic() - moved_at > patience_seconds:
            raise StandsStill(
                f"{now.active} runs took no step for {patience_seconds:g} s, {now.steps} before."
            )
        while left and left[0].step <= now.steps:
            kill = left.pop(0)
            say(f"step {now.steps}: kill {kill.name}")
            fleet.members[kill.name].kill()
        fleet.revive()
        time.sleep(LOOK_SECONDS)
