"""Who stands at the door of one walk, writes down every answer, and knows which order came of which wish.

Decisions name orders by number: "cancel order 7", "in place of order 7". Under other rules other orders are approved,
so the seventh may be another one. What is the same order in both walks is the order of the same wish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.ledger import Account
from trading.orders import Approval
from trading.session import Approve
from trading.types import Decision, OrderIntent

NO_ORDER = 0  # a number that no order has


class Wish(NamedTuple):
    """One of the orders that a decision asks for: its step, and its place among the decision's intents."""

    step: int
    index: int  # type: ignore[assignment]  # nobody looks for anything in this tuple


class Leg(NamedTuple):
    """One of the orders that a wish can come to."""

    wish: Wish
    is_opening: bool
    part: str  # "entry", or an exit of its bracket: "stop", "target"


class Answer(NamedTuple):
    """What a wish asked for and what the door said to it."""

    wish: Wish
    at: datetime
    intent: OrderIntent
    approval: Approval
    mark: Decimal | None  # the symbol's price then

    @property
    def has_passed(self) -> bool:
        return bool(self.approval.orders)

    @property
    def quantity(self) -> int:
        """Shares that may be sent."""
        return sum(order.quantity for order in self.approval.orders)


@dataclass(slots=True)
class Witness:
    """Stands between the walk and its door. With `before`, decisions speak of the orders of that walk."""

    decisions: Mapping[int, Decision]
    missing: Decision
    inner: Approve
    before: Witness | None = None
    answers: dict[Wish, Answer] = field(default_factory=dict)
    legs: dict[int, Leg] = field(default_factory=dict)
    numbers: dict[Leg, int] = field(default_factory=dict)
    _wishes: dict[int, Wish] = field(
        default_factory=dict
    )  # of the present step, by the identity of their intent

    def decide(self, account: Account) -> Decision:
        decision = self.decisions.get(account.step, self.missing)
        if self.before is not None and (decision.intents or decision.cancels):
            decision = self._spoken_here(decision)
        self._wishes = {
            id(intent): Wish(account.step, index) for index, intent in enumerate(decision.intents)
        }
        return decision

    def approve(self, intent: OrderIntent, account: Account) -> Approval:
        approval = self.inner(intent, account)
        wish = self._wishes.get(id(intent))
        if wish is not None:  # else it is the broker's or a rule's own
            mark = account.marks.get(intent.symbol)
            self.answers[wish] = Answer(wish, account.now, intent, approval, mark)
            self._number(wish, approval, account.next_order_number)
        return approval

    def _number(self, wish: Wish, approval: Approval, number: int) -> None:
        """Orders are numbered as they enter the book, each followed by the exits of its bracket."""
        for order in approval.orders:
            parts = ["entry"]
            parts += ["stop"] * (order.stop_loss is not None) + ["target"] * (order.take_profit is not None)
            for part in parts:
                leg = Leg(wish, order.is_opening, part)
                self.legs[number], self.numbers[leg] = leg, number
                number += 1

    def _spoken_here(self, decision: Decision) -> Decision:
        """The same decision about this walk's orders. What was never ordered here can't be cancelled."""
        cancels = [self._here(number) for number in decision.cancels]
        return decision._replace(
            intents=tuple(map(self._in_place_of, decision.intents)),
            cancels=tuple(number for number in cancels if number != NO_ORDER),
        )

    def _in_place_of(self, intent: OrderIntent) -> OrderIntent:
        return intent if intent.replaces is None else intent._replace(replaces=self._here(intent.replaces))

    def _here(self, number: int) -> int:
        assert self.before is not None
        leg = self.before.legs.get(number)
        return NO_ORDER if leg is None else self.numbers.get(leg, NO_ORDER)
