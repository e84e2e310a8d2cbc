"""A step as later prompts show it, made of the fields that the log has of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from agents.prompts.diary import FillNote, Happened, StepNote, stored
from reasoning.codec import decision_fields
from reasoning.thought import Thought
from trading.orders import OrderStatus
from trading.session import StepResult
from trading.types import Outcome


class AnyFill(Protocol):
    """A fill of the core or of the table."""

    @property
    def symbol(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def price(self) -> Decimal: ...


def note_of(result: StepResult, thoughts: Sequence[Thought]) -> StepNote:
    """A step that was just taken, with what was thought at it."""
    expired = [
        order.number
        for order in result.orders
        if order.status is OrderStatus.EXPIRED and order.closed_at == result.now
    ]
    happened = Happened(
        fill_notes((fill.order_number, fill.side.value, fill) for fill in result.fills),
        tuple(sorted(expired)),
        sum((stored(trip.pnl) for trip in result.round_trips), Decimal(0)),
    )
    written: dict[str, str] = {
        thought.kind: thought.content for thought in thoughts if thought.step == result.step
    }
    return step_note(result.step, decision_fields(result), happened, written)


def step_note(
    step: int, fields: Mapping[str, Any], happened: Happened, written: Mapping[str, str]
) -> StepNote:
    """From the fields of a decision as the log has them, and what was thought at its step by kind."""
    return StepNote(
        step=step,
        outcome=fields["outcome"],
        happened=happened,
        intents=fields["intents"],
        verdicts=fields["verdicts"],
        order_numbers=fields["order_numbers"],
        notices=fields["notices"],
        failure_code=fields["failure_code"],
        reasoning=fields["content"] if fields["outcome"] in (Outcome.ORDERED, Outcome.DENIED) else "",
        marks=fields["context"].get("marks", ""),
        analysis=written.get("analysis", ""),
        plan=written.get("plan", ""),
    )


def fill_notes(fills: Iterable[tuple[int, str, AnyFill]]) -> tuple[FillNote, ...]:
    """What each order bought or sold, at its average price."""
    shares: dict[tuple[int, str, str], int] = defaultdict(int)
    value: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
    for number, side, fill in fills:
        key = (number, str(side), fill.symbol)
        shares[key] += fill.quantity
        value[key] += fill.quantity * stored(fill.price)
    return tuple(
        FillNote(
            number,
            side,
            shares[number, side, symbol],
            symbol,
            value[number, side, symbol] / shares[number, side, symbol],
        )
        for number, side, symbol in sorted(shares)
    )
