"""After several losses in a row, a pause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import clock, span


class Params(RuleParams):
    losses: int = Field(ge=1, le=100, description="Losing trades in a row, after fees", examples=[3])
    cool_down_minutes: int = Field(
        ge=1, le=43_200, description="How long nothing is opened after the last of them", examples=[60]
    )


def says(params: Params) -> str:
    pause = span(params.cool_down_minutes)
    what = "a losing trade" if params.losses == 1 else f"{params.losses} losing trades in a row"
    return f"Open nothing for {pause} after {what}."


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    memory, moments = seen.account.memory, seen.market.entry_moments
    count = memory.losses_in_row(seen.scope)
    if count < params.losses or not moments:
        return ()
    last = next(closing.at for closing in reversed(memory.closings) if closing.symbol in seen.scope)
    until = last + timedelta(minutes=params.cool_down_minutes)
    if moments[0] >= until:
        return ()
    message = f"{count} losing trade{'s' * (count > 1)} in a row; nothing is opened before {clock(until)}."
    return (Violation("MAX_CONSECUTIVE_LOSSES", message, Decimal(params.losses), Decimal(count), "losses"),)


KIND = Kind(
    name="max_consecutive_losses",
    title="Pause after losses in a row",
    category="risk",
    params=Params,
    verbs=(Verb.REJECT_TRADE, Verb.SKIP_MINUTE),
    codes={"MAX_CONSECUTIVE_LOSSES": "Too many trades in a row have lost, and the pause is not over."},
    says=says,
    watch=watch,
)
