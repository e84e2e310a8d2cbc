"""Positions are opened in a part of the day only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from rules.kinds.base import ClockTime, Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import DAY_CLOSES, DAY_OPENS, at_exchange, is_within


class Params(RuleParams):
    start: ClockTime = Field(description="Exchange time of the first minute in them", examples=["09:30"])
    end: ClockTime = Field(
        description="Exchange time of the first minute after them; before the start, it is the next day's",
        examples=["10:30"],
    )

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError(f"The end should differ from the start, both are {self.start:%H:%M}")
        return self


def says(params: Params) -> str:
    return f"Open positions only from {params.start:%H:%M} until {params.end:%H:%M} exchange time."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    times = [at_exchange(moment) for moment in seen.market.entry_moments]
    outside = [local for local in times if not is_within(params.start, params.end, local.time())]
    if not outside:
        return ()
    message = (
        f"An order would trade at {outside[0]:%H:%M}; positions are opened from {params.start:%H:%M} until "
        f"{params.end:%H:%M} exchange time only."
    )
    return (Violation("OUTSIDE_HOURS", message),)


def problem_of(params: Params) -> str | None:
    is_over_midnight = params.end < params.start
    is_late, is_early = params.start >= DAY_CLOSES, params.end <= DAY_OPENS
    if (is_late and is_early) or (not is_over_midnight and (is_late or is_early)):
        return "Nothing trades in these hours, so nothing could ever be opened."
    return None


KIND = Kind(
    name="trading_hours",
    title="Trading hours",
    category="timing",
    params=Params,
    verbs=(Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"OUTSIDE_HOURS": "Nothing is opened outside these hours."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
