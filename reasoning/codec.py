"""Decisions and verdicts as JSON and back, so that a recording decides exactly what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from reasoning.chain import CONTENT, Spelled
from trading.session import StepResult
from trading.types import Action, Decision, Effect, OrderIntent, OrderType, TimeInForce, Verdict

READERS: dict[str, Any] = {
    "action": Action,
    "order_type": OrderType,
    "time_in_force": TimeInForce,
    "expires_at": datetime.fromisoformat,
    **dict.fromkeys(
        [
            "equity_percent",
            "limit_price",
            "stop_price",
            "trail_amount",
            "trail_percent",
            "take_profit",
            "stop_loss",
        ],
        Decimal,
    ),
}

PLAIN = frozenset({str, int, bool, type(None)})

# What each field of an intent says unless told otherwise; action and symbol are always told. Most orders say no more
# than these and how many shares.
USUAL = tuple(OrderIntent._field_defaults.get(name, ...) for name in OrderIntent._fields)
USUAL_TERMS = list(USUAL[3:])

SAID_BY_ABSENCE = {"effect": Effect.DENIED.value, "version": None, "asked": None, "given": None}


def plain(value: Any) -> Any:
    """Decimals and times as strings; everything else as JSON has it."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def intent_to_json(intent: OrderIntent) -> dict[str, Any]:
    """Only what was said: fields at their default are left out."""
    action, symbol, quantity, *terms = intent
    if terms == USUAL_TERMS and (quantity is None or type(quantity) is int):
        return market_order(action._value_, symbol, quantity)
    said = zip(OrderIntent._fields, intent, USUAL, strict=True)
    return {name: plain(value) for name, value, usual in said if value is not usual and value != usual}


@lru_cache
def market_order(action: str, symbol: str, quantity: int | None) -> Spelled:
    """What most intents say; one object for all that say the same."""
    told = {"action": action, "symbol": symbol}
    return Spelled(told if quantity is None else told | {"quantity": quantity})


def intent_from_json(data: Mapping[str, Any]) -> OrderIntent:
    """Read what intent_to_json wrote; a quantity that was not whole stays as it was."""
    values = {name: READERS.get(name, lambda same: same)(value) for name, value in data.items()}
    if isinstance(values.get("quantity"), str):
        values["quantity"] = Decimal(values["quantity"])
    return OrderIntent(**values)


def wishes_to_json(decision: Decision, forced: Iterable[OrderIntent] = ()) -> list[dict[str, Any]]:
    """The orders and cancels that a decision asked for; between them, tagged, what the broker or a rule asked for."""
    orders = [intent_to_json(intent) for intent in (*decision.intents, *forced)]
    return orders + [{"cancel": number} for number in decision.cancels]


def decision_from_entry(
    intents: list[dict[str, Any]],
    *,
    reasoning: str,
    confidence: float | None,
    failure_code: str,
    was_asked: bool,
) -> Decision:
    """Rebuild a decision from the fields of its entry. What others asked for is not the decider's: it comes anew."""
    own = [item for item in intents if "cancel" not in item and not item.get("tag")]
    return Decision(
        intents=tuple(intent_from_json(item) for item in own),
        cancels=tuple(item["cancel"] for item in intents if "cancel" in item),
        reasoning=reasoning,
        confidence=confidence,
        failure_code=failure_code,
        was_asked=was_asked,
    )


def verdict_to_json(index: int | None, verdict: Verdict) -> dict[str, Any]:
    """A verdict with the position of its intent in the decision; what was done is left out where it only denied."""
    told = {name: plain(value) for name, value in asdict(verdict).items()}
    untold = [name for name, value in SAID_BY_ABSENCE.items() if told[name] == value]
    return {"intent": index, **{name: value for name, value in told.items() if name not in untold}}


# Of what a record holds, all that a decision says.
DECISION = CONTENT[CONTENT.index("outcome") :]


def decision_values(result: StepResult) -> tuple[Any, ...]:
    """What the log says of a step, in the order of `DECISION`: its decision, and what was said to it."""
    decision = result.decision
    return (
        result.outcome._value_,
        decision.reasoning,
        None if decision.confidence is None else float(decision.confidence),
        decision.failure_code,
        wishes_to_json(decision, result.forced),
        [verdict_to_json(index, verdict) for index, verdict in result.verdicts],
        [order.number for order in result.orders if order.decided_step == result.step],
        [{name: plain(value) for name, value in asdict(notice).items()} for notice in result.notices],
        dict(decision.context),
    )


def decision_fields(result: StepResult) -> dict[str, Any]:
    """The same by name."""
    return dict(zip(DECISION, decision_values(result), strict=True))
