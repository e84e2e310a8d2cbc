"""Late in the day nothing new is opened."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from rules.kinds.base import ClockTime, Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import REGULAR_OPENS, at_exchange


class Params(RuleParams):
    after: ClockTime = Field(
        description="Exchange time from which on nothing is opened, this minute included",
        examples=["15:30", "11:00"],
    )


def says(params: Params) -> str:
    return f"Open nothing from {params.after:%H:%M} exchange time until the day ends."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    late = [local for local in map(at_exchange, seen.market.entry_moments) if local.time() >= params.after]
    if not late:
        return ()
    message = (
        f"An order would trade at {late[0]:%H:%M}; nothing is opened from {params.after:%H:%M} exchange "
        "time on."
    )
    return (Violation("NO_OPENING_AFTER", message),)


def problem_of(params: Params) -> str | None:
    if params.after <= REGULAR_OPENS:
        return f"The regular session opens at {REGULAR_OPENS:%H:%M}, so nothing could ever be opened in it."
    return None


KIND = Kind(
    name="no_opening_after",
    title="No new positions after",
    category="timing",
    params=Params,
    verbs=(Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"NO_OPENING_AFTER": "Nothing is opened any more so late in the day."},
    says=says,
    watch=watch,
    problem_of=problem_of,
)
