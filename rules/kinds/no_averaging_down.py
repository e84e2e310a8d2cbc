"""Nothing is added to a position at a worse price than it has."""

from __future__ import annotations

from collections.abc import Sequence

from rules.exposure import likely_price
from rules.kinds.base import Kind, Proposal, RuleParams, Situation, Verb, Violation
from rules.verdicts import dollars


class Params(RuleParams):
    """Nothing to set."""


def says(params: Params) -> str:
    return "Never average down: add nothing to a long below its average price, or to a short above it."


def judge(params: Params, order: Proposal, seen: Situation) -> Sequence[Violation]:
    symbol, side, mark = order.symbol, order.side, seen.market.mark(order.symbol)
    position, shares, cost = seen.account.positions.get(symbol), 0, mark * 0
    if position is not None and position.quantity * side.sign > 0:
        shares, cost = abs(position.quantity), abs(position.cost)
    for other in order.beside:
        if other.is_opening and other.symbol == symbol and other.side is side:
            shares += other.remaining
            cost += other.remaining * likely_price(other, side, mark)
    price = likely_price(order.intent, side, mark)
    if not shares or (price * shares - cost) * side.sign >= 0:
        return ()
    average = round(cost / shares, 6)
    message = f"{symbol} would be added to at {dollars(price)}, worse than its average of {dollars(average)}."
    return (Violation("NO_AVERAGING_DOWN", message, average, price, "$", symbol),)


KIND = Kind(
    name="no_averaging_down",
    title="No averaging down",
    category="strategy",
    params=Params,
    verbs=(Verb.REJECT_TRADE,),
    codes={"NO_AVERAGING_DOWN": "The order would add to a position that has lost."},
    says=says,
    judge=judge,
)
