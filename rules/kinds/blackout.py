"""Nothing is opened in a part of the day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from rules.kinds.base import ClockTime, Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import REGULAR_CLOSES, REGULAR_OPENS, at_exchange, is_within


class Params(RuleParams):
    start: ClockTime = Field(description="Exchange time of the first minute in it", examples=["09:30"])
    end: ClockTime = Field(
        description="Exchange time of the first minute after it; before the start, it is the next day's",
        examples=["09:35"],
    )

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError(f"The end should differ from the start, both are {self.start:%H:%M}")
        return self


def says(params: Params) -> str:
    return f"Open nothing from {params.start:%H:%M} until {params.end:%H:%M} exchange time."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    times = [at_exchange(moment) for moment in seen.market.entry_moments]
    inside = [local for local in times if is_within(params.start, params.end, local.time())]
    if not inside:
        return ()
    message = (
        f"An order would trade at {inside[0]:%H:%M}; nothing is opened from {params.start:%H:%M} until "
        f"{params.end:%H:%M} exchange time."
    )
    return (Violation("BLACKOUT", message),)


def problem_of(params: Params) -> str | None:
    is_over_midnight = params.end < params.start
    covers_open = params.start <= REGULAR_OPENS or (is_over_midnight and params.end > REGULAR_OPENS)
    if covers_open and (params.end >= REGULAR_CLOSES or (is_over_midnight and params.start <= REGULAR_OPENS)):
        return "The window covers the whole regular session, so nothing could ever be opened in it."
    return None


KIND = Kind(
    name="blackout",
    title="Blackout window",
    category="timing",
    params=Params,
    verbs=(Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"BLACKOUT": "Nothing is opened at this time of the day."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
