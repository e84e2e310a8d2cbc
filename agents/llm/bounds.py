"""What binds a run's asking, whoever has set it, beside what was used: for its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from agents.llm.budget import UNITS, Caps, day_caps, run_caps, used_so_far
from profiles.llm.models import LLMDefaults
from profiles.llm.selectors import defaults_get, endpoints_of, spending_get
from reasoning.calls.selectors import Used
from runs.models import Run


@dataclass(frozen=True, slots=True)
class Bounds:
    """The caps in force, of the run and of its user's day, and what is used of them."""

    run: Caps
    day: Caps
    used: Used
    today: Used
    sites: list[str]  # units of the run's caps that the operator has set

    @property
    def has_day(self) -> bool:
        return self.day != Caps()


def bounds_of(user: User, run: Run) -> Bounds:
    defaults = defaults_get()
    at_site = is_sites(user, run, defaults)
    own, caps = Caps.of_run(run.budget), run_caps(run.budget, defaults, at_site=at_site)
    used, today = used_so_far(user.pk, run.pk, timezone.now())
    return Bounds(
        run=caps,
        day=day_caps(spending_get(user), defaults, at_site=at_site),
        used=used,
        today=today,
        sites=[words for kind, words in UNITS.items() if getattr(caps, kind) != getattr(own, kind)],
    )


def is_sites(user: User, run: Run, defaults: LLMDefaults) -> bool:
    """Whether a run asks the endpoint that the operator offers; one of the user's own goes before it by its name."""
    name = str(run.decider_params.get("endpoint") or "")
    if not defaults.base_url or name not in ("", defaults.name):
        return False
    return not (
        endpoints_of(user).filter(name=name) if name else endpoints_of(user).filter(is_default=True)
    ).exists()
