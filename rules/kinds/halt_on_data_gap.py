"""A hole in the data ends trading."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from rules.kinds.base import Kind, Missing, Proposal, RuleParams, Situation, Verb, Violation
from rules.kinds.shared.moments import counted
from rules.kinds.shared.symbols import look_at_each


class Params(RuleParams):
    minutes: int = Field(ge=1, le=390, description="Longest that a symbol may be without a bar", examples=[5])


def says(params: Params) -> str:
    return f"Emergency halt: no symbol is without a bar for more than {counted(params.minutes, 'minute')}."


def gap(params: Params, symbol: str, seen: Situation) -> Violation | None:
    market = seen.market
    if market.is_daily:
        raise Missing("bars are whole days, so nobody can tell which minutes lack")
    missing = market.minutes_without_bar(symbol)
    if missing == 0:  # it is back, and what it may have missed is just over
        missing = market.last_gap_minutes(symbol)
    if missing <= params.minutes:
        return None
    message = f"{symbol} had no bar for {counted(missing, 'minute')}; {params.minutes} are allowed."
    return Violation(
        "HALT_ON_DATA_GAP", message, Decimal(params.minutes), Decimal(missing), "minutes", symbol
    )


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    found = gap(params, order.symbol, seen)
    return () if found is None else (found,)


def watch(params: Params, seen: Situation) -> Sequence[Violation]:
    known = (symbol for symbol in sorted(seen.account.marks) if symbol in seen.scope)
    return look_at_each(known, lambda symbol: gap(params, symbol, seen))


KIND = Kind(
    name="halt_on_data_gap",
    title="Halt on a data gap",
    category="emergency",
    params=Params,
    verbs=(Verb.STOP_TRADING, Verb.SKIP_MINUTE, Verb.REJECT_TRADE),
    codes={"HALT_ON_DATA_GAP": "A symbol had no bar for too long."},
    says=says,
    judge=judge,
    watch=watch,
)
