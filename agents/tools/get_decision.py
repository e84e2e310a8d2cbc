"""One decision whole: what was known, asked and answered, which limits objected, what was ordered and filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from agents.selectors import DecisionOpened, DecisionRow, decision_opened
from agents.tools.about import (
    decision_cite,
    decision_url,
    run_asked,
    run_facts,
    run_link,
    run_notes,
    run_title,
)
from agents.tools.base import Asking, Id, RunArguments, Tool
from agents.tools.payload import Fact, Link, Payload, Row, Table, Unit, table_of
from broker.models import Order
from broker.selectors import orders_numbered
from core.errors import UserError
from reasoning.models import Entry
from reasoning.selectors import decision_at
from runs.models import Run

LONGEST_PROMPT, LONGEST_ANSWER = 6_000, 8_000  # characters; the run page shows the whole


class GetDecision(RunArguments):
    step: Id | None = Field(None, description="The step of the decision.")
    order_number: Id | None = Field(None, description="Or the number of an order that came of it.")
    with_prompt: bool = Field(False, description="Also the prompt that the decider was asked with.")


def get_decision(asking: Asking, wanted: GetDecision) -> Payload:
    run = run_asked(asking, wanted)
    entry = entry_asked(run, wanted)
    opened = decision_opened(run, entry)
    tables = [limits_table(opened.row), orders_table(opened.row.orders), fills_table(opened.row.orders)]
    tables += [held_table(opened), bars_table(opened)]
    if wanted.with_prompt:
        tables.append(asked_table(opened))
    return Payload(
        title=f"Decision of step {entry.step} in {run_title(run)}",
        about=run_facts(run),
        facts=decision_facts(run, entry, opened),
        tables=[table for table in tables if table.rows],
        links=[run_link(run), Link(text=decision_cite(run, entry.step), url=decision_url(run, entry.step))],
        notes=run_notes(run),
    )


def entry_asked(run: Run, wanted: GetDecision) -> Entry:
    """Raises UserError for a step that the run has not taken or an order that it has not sent."""
    step = wanted.step
    if wanted.order_number is not None:
        order = orders_numbered(run, [wanted.order_number]).get(wanted.order_number)
        if order is None:
            raise UserError(
                f"Run {run.number} has sent {run.order_count} orders, none with number {wanted.order_number}."
            )
        step = order.decided_step
    if step is None:
        raise UserError("Say which decision: by its step, or by the number of an order.")
    entry = decision_at(run, step)
    if entry is None:
        raise UserError(
            f"Run {run.number} has no decision of its own on record at step {step}; it has taken {run.cursor}."
        )
    return entry


def decision_facts(run: Run, entry: Entry, opened: DecisionOpened) -> list[Fact]:
    point = opened.point
    facts = [
        Fact(key="decision_step", label="Step", value=entry.step, unit=Unit.COUNT),
        Fact(key="at", label="Simulated time", value=entry.simulated_at, unit=Unit.TIME),
        Fact(key="outcome", label="Outcome", value=entry.outcome),
        Fact(key="failure", label="Failure", value=entry.failure_code or None),
        Fact(key="confidence", label="Confidence", value=entry.confidence, unit=Unit.PERCENT),
        Fact(
            key="asked_for",
            label="Asked for",
            value="; ".join(wish.text for wish in opened.row.wishes) or "nothing",
        ),
        Fact(key="reasoning", label="Reasoning", value=entry.content[:LONGEST_ANSWER]),
        Fact(
            key="equity",
            label="Equity after the step",
            value=point.equity if point else None,
            unit=Unit.MONEY,
        ),
        Fact(key="cash", label="Cash after the step", value=point.cash if point else None, unit=Unit.MONEY),
    ]
    facts += [
        Fact(key=name, label=name.replace("_", " "), value=str(fact)) for name, fact in opened.facts.items()
    ]
    for number, shown in enumerate(opened.calls, start=1):
        facts.append(
            Fact(key=f"answer_{number}", label=f"Answer {number}", value=shown.answer[:LONGEST_ANSWER])
        )
    return facts


def limits_table(row: DecisionRow) -> Table:
    """What every limit that objected did: denied, resized, stopped or liquidated."""
    columns = [(name, label, Unit.TEXT) for name, label in OBJECTION]
    rows = [
        Row(values=[wish.text, item.done, item.code, item.message, item.limit, item.attempted, item.source])
        for wish in row.wishes
        for item in wish.objections
    ]
    return table_of("Limits that objected", columns, rows)


OBJECTION = (
    ("asked_for", "Asked for"),
    ("effect", "Effect"),
    ("code", "Code"),
    ("message", "Message"),
    ("limit", "Limit"),
    ("attempted", "Attempted"),
    ("source", "Set by"),
)
ORDER = [
    ("number", "Order", Unit.COUNT),
    ("side", "Side", Unit.TEXT),
    ("quantity", "Shares", Unit.QUANTITY),
    ("symbol", "Symbol", Unit.TEXT),
    ("type", "Type", Unit.TEXT),
    ("limit_price", "Limit", Unit.PRICE),
    ("stop_price", "Stop", Unit.PRICE),
    ("status", "Status", Unit.TEXT),
    ("filled", "Filled", Unit.QUANTITY),
    ("note", "Note", Unit.TEXT),
]
FILL = [
    ("order", "Order", Unit.COUNT),
    ("at", "Simulated time", Unit.TIME),
    ("quantity", "Shares", Unit.QUANTITY),
    ("price", "Price", Unit.PRICE),
    ("reference_price", "Before slippage", Unit.PRICE),
    ("slippage", "Slippage", Unit.MONEY),
    ("fee", "Fee", Unit.MONEY),
]
BAR = [
    ("symbol", "Symbol", Unit.TEXT),
    ("start", "Bar", Unit.TIME),
    *((name, name.capitalize(), Unit.PRICE) for name in ("open", "high", "low", "close")),
    ("volume", "Volume", Unit.QUANTITY),
]


def orders_table(orders: Sequence[Order]) -> Table:
    return table_of("Orders", ORDER, [Row(values=order_values(order)) for order in orders])


def order_values(order: Order) -> list[Any]:
    values = [order.number, order.side, order.quantity, order.symbol, order.order_type, order.limit_price]
    return [*values, order.stop_price, order.status, order.filled_quantity, order.note]


def fills_table(orders: Sequence[Order]) -> Table:
    rows = [
        Row(
            values=[
                order.number,
                fill.at,
                fill.quantity,
                fill.price,
                fill.reference_price,
                fill.slippage,
                fill.fee,
            ]
        )
        for order in orders
        for fill in order.fills.all()
    ]
    return table_of("Fills", FILL, rows)


def held_table(opened: DecisionOpened) -> Table:
    columns = [("symbol", "Symbol", Unit.TEXT), ("quantity", "Shares", Unit.QUANTITY)]
    return table_of("Held after the step", columns, [Row(values=item) for item in opened.held.items()])


def bars_table(opened: DecisionOpened) -> Table:
    rows = [Row(values=[symbol, *bar]) for symbol, bars in opened.bars.items() for bar in bars]
    return table_of("Newest bars at the decision", BAR, rows)


def asked_table(opened: DecisionOpened) -> Table:
    """The messages of each call, each from its end, where the changing part stands."""
    columns = [("call", "Call", Unit.COUNT), ("role", "Role", Unit.TEXT), ("text", "Text", Unit.TEXT)]
    rows = [
        Row(values=[number, message["role"], str(message.get("content") or "")[-LONGEST_PROMPT:]])
        for number, shown in enumerate(opened.calls, start=1)
        for message in shown.messages
    ]
    return table_of("Prompt", columns, rows)


TOOL = Tool(
    "get_decision",
    "One decision of a run by its step or by an order number: the reasoning and answer, confidence, what was asked for, "
    "every limit that objected and what it did about it, the orders and fills that came of it, the bars and holdings of "
    "that moment; optionally the prompt.",
    GetDecision,
    get_decision,
)
