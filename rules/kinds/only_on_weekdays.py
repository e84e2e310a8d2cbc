"""Positions are opened on some days of the week only."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import at_exchange


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"


WEEK = tuple(Weekday)  # nothing trades on the other two


class Params(RuleParams):
    weekdays: tuple[Weekday, ...] = Field(
        min_length=1,
        max_length=5,
        description="Days on which entries may trade",
        examples=[["tuesday", "friday"]],
    )


def says(params: Params) -> str:
    days = " and ".join(day.capitalize() for day in WEEK if day in params.weekdays)
    return f"Open positions on {days} only."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    days = [at_exchange(moment).date() for moment in seen.market.entry_moments]
    others = [day for day in days if WEEK[day.weekday()] not in params.weekdays]
    if not others:
        return ()
    message = f"An order would trade on {others[0]:%A, %Y-%m-%d}, which is not among the days."
    return (Violation("ONLY_ON_WEEKDAYS", message),)


KIND = Kind(
    name="only_on_weekdays",
    title="Only on weekdays",
    category="timing",
    params=Params,
    verbs=(Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"ONLY_ON_WEEKDAYS": "Nothing is opened on this day of the week."},
    says=says,
    watch=watch,
)
