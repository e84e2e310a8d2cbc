"""Orders: what was approved, what is working, and the moves an order may make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from trading.money import ZERO
from trading.types import OrderType, Side, TimeInForce, Verdict, Word


class OrderStatus(Word):
    HELD = "held"  # a bracket's exit, waiting for its entry to fill
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


_ENDS = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED})
_FILLS = frozenset({OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED})
LEGAL_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.HELD: _ENDS | {OrderStatus.WORKING},
    OrderStatus.WORKING: _ENDS | _FILLS | {OrderStatus.REJECTED},
    OrderStatus.PARTIALLY_FILLED: _ENDS | _FILLS,
    OrderStatus.FILLED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.REJECTED: frozenset(),
}
OPEN_STATUSES = frozenset({OrderStatus.HELD, OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED})


class IllegalOrderMove(Exception):
    """An order was asked to go where its status does not lead: always a bug in the caller."""


class ApprovedOrder(NamedTuple):
    """An order that passed every gate and rule. Only `rules.approve` makes one; only the session step takes one."""

    symbol: str
    side: Side
    quantity: int
    is_opening: bool
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: datetime | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    replaces: int | None = None
    tag: str = ""


class Approval(NamedTuple):
    """The answer of `rules.approve` to one intent: what may be sent, and every reason against what may not."""

    orders: tuple[ApprovedOrder, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(slots=True)
class Order:
    """An order in the paper broker's book. `number` counts 1, 2, 3… within a run; what was approved follows it."""

    number: int
    symbol: str
    side: Side
    quantity: int
    is_opening: bool
    order_type: OrderType
    limit_price: Decimal | None
    stop_price: Decimal | None  # a trailing stop's present level, too
    trail_amount: Decimal | None
    trail_percent: Decimal | None
    time_in_force: TimeInForce
    expires_at: datetime | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    replaces: int | None
    tag: str
    status: OrderStatus
    decided_step: int
    decided_at: datetime
    active_from: datetime  # the earliest start of a bar that may fill it
    parent: int | None = None  # the entry whose fill awakens this exit
    oco_group: int | None = None  # of these orders a fill of one takes its quantity from the others
    filled_quantity: int = 0
    filled_value: Decimal = ZERO
    fees_paid: Decimal = ZERO
    is_triggered: bool = False  # a stop, stop-limit or limit-if-touched that has seen its trigger
    closed_at: datetime | None = None
    note: str = ""  # why the broker ended it, if the broker did

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled_quantity

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def move(self, status: OrderStatus, at: datetime, note: str = "") -> None:
        """Change the status, or raise IllegalOrderMove."""
        if status not in LEGAL_MOVES[self.status]:
            raise IllegalOrderMove(f"Order {self.number} is {self.status} and cannot become {status}")
        self.status = status
        if status not in OPEN_STATUSES:
            self.closed_at = at
            self.note = note

    def copy(self) -> Order:
        return Order(*_values(self))


_values: Callable[[Order], tuple[Any, ...]] = attrgetter(*(f.name for f in fields(Order)))
