"""Positions are opened on set dates only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import at_exchange

MOST_NAMED = 5


def _day(value: object) -> object:
    # A number would pass for seconds since 1970.
    if not isinstance(value, str | date) or isinstance(value, datetime):
        raise ValueError(f"Should be a day such as 2026-03-31, was {value!r:.20}")
    return date.fromisoformat(value.strip()) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]


class Params(RuleParams):
    dates: tuple[Day, ...] = Field(
        min_length=1,
        max_length=400,
        description="Exchange days on which entries may trade",
        examples=[["2026-03-31", "2026-06-30"]],
    )


def says(params: Params) -> str:
    days = [f"{day:%Y-%m-%d}" for day in sorted(set(params.dates))]
    more = f" and {len(days) - MOST_NAMED} more days" if len(days) > MOST_NAMED else ""
    return f"Open positions on {', '.join(days[:MOST_NAMED])}{more} only."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    days = [at_exchange(moment).date() for moment in seen.market.entry_moments]
    others = [day for day in days if day not in params.dates]
    if not others:
        return ()
    message = f"An order would trade on {others[0]:%Y-%m-%d}, which is not among the set dates."
    return (Violation("ONLY_ON_DATES", message),)


def problem_of(params: Params) -> str | None:
    if all(day.weekday() >= 5 for day in params.dates):
        return "Nothing trades on a weekend, so nothing could ever be opened."
    return None


KIND = Kind(
    name="only_on_dates",
    title="Only on set dates",
    category="timing",
    params=Params,
    verbs=(Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"ONLY_ON_DATES": "Nothing is opened on this date."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
