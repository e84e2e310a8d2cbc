"""A symbol is not traded both ways in one session."""

from __future__ import annotations

from collections.abc import Sequence

from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from trading.types import Side

WAYS = {Side.BUY: "long", Side.SELL: "short"}


class Params(RuleParams):
    """Nothing to set."""


def says(params: Params) -> str:
    return "Open a symbol in one direction a session only: the first."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    tally = seen.account.memory.session.get(order.symbol)
    done = {Side(tally.first_side)} if tally and tally.first_side else set()
    working = {other.side for other in order.beside if other.is_opening and other.symbol == order.symbol}
    if order.side.opposite not in done | working:
        return ()
    message = (
        f"{order.symbol} was opened {WAYS[order.side.opposite]} in this session, so it is not opened "
        f"{WAYS[order.side]}."
    )
    return (Violation("ONE_DIRECTION_A_DAY", message, symbol=order.symbol),)


KIND = Kind(
    name="one_direction_a_day",
    title="One direction a day",
    category="strategy",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"ONE_DIRECTION_A_DAY": "The symbol was opened the other way in this session."},
    says=says,
    judge=judge,
)
