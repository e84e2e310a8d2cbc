"""Nothing is held beyond a time of day."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from rules.kinds.base import ClockTime, Kind, RuleParams, Situation, Verb, Violation


class Params(RuleParams):
    flat_by: ClockTime = Field(
        description="Exchange time from which on nothing is held", examples=["15:55", "15:30"]
    )


def says(params: Params) -> str:
    return f"Hold nothing from {params.flat_by:%H:%M} exchange time on."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    local = seen.market.local
    if local.time() < params.flat_by:
        return ()
    message = f"It is {local:%H:%M}; nothing should be held from {params.flat_by:%H:%M} on."
    return (Violation("FLAT_BY", message),)


def problem_of(params: Params) -> str | None:
    if params.flat_by.hour < 4:
        return f"Every session opens after {params.flat_by:%H:%M}, so nothing could ever be held."
    return None


KIND = Kind(
    name="flat_by",
    title="Flat by a time",
    category="timing",
    params=Params,
    verbs=(Verb.FORCE_LIQUIDATE,),
    codes={"FLAT_BY": "The time has come from which on nothing is held."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
