"""The sensible trader behind the scripted endpoint: reads its prompt, follows the price over its own average, keeps no memory.

What it answers follows from the request alone, so that a repeated run is answered the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from agents.llm.fake.forms import WORDS, schema_of, value_of
from rules.phrases.reading import read

AVERAGE_BARS = 6
LAST_MINUTES = 10  # of a session: nothing new, and out
BAR = re.compile(
    r"^(?:\d\d:\d\d|[\w-]*\d{4}-\d\d-\d\d) (?:([A-Z][\w.-]*) )?(?:[\d.]+ ){3}([\d.]+) \d", re.MULTILINE
)
LARGEST = re.compile(r"Largest buy of (\S+) that would pass: (\d+) shares")
HELD = re.compile(r"(?:Holding: |; )(\S+) ([+-]\d+) at")
SENTENCE = re.compile(r"<sentence>(.*?)</sentence>", re.DOTALL)
MINUTES = re.compile(r"the session ends in (-?\d+) minutes")


def answer_to(request: Mapping[str, Any]) -> str:
    """Words for a request without a form, else JSON of the form asked for: a decision where it is one."""
    schema = schema_of(request)
    if schema is None:
        return WORDS
    answer = value_of(schema, schema.get("$defs", {}))
    if "orders" in schema.get("properties", {}):
        answer |= decision(prompt_of(request))
    elif "can_be_enforced" in schema.get("properties", {}):
        answer |= rule(prompt_of(request))
    return json.dumps(answer)


def rule(prompt: str) -> dict[str, Any]:
    """The rule that known phrases make of the sentence in the prompt, or that there is none."""
    (sentence,) = SENTENCE.findall(prompt)[-1:] or [""]
    said = read(sentence)
    if said is None:
        reason = "it asks for something that no kind of rule looks at."
        return {"can_be_enforced": False, "reason": reason, "kind": "", "parameters": [], "note": ""}
    parameters = [{"name": name, "value": text_of(value)} for name, value in said.params.items()]
    return {
        "can_be_enforced": True,
        "reason": "",
        "kind": said.kind,
        "parameters": parameters,
        "verb": said.verb,
        "only_symbols": list(said.only),
        "not_symbols": list(said.without),
        "note": "",
    }


def text_of(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def prompt_of(request: Mapping[str, Any]) -> str:
    messages = request.get("messages", [])
    return "\n".join(str(message.get("content") or "") for message in messages if message["role"] == "user")


def decision(prompt: str) -> dict[str, Any]:
    """Buy half of what would pass when the close rises through its average, close when it falls through it."""
    largest = {symbol: int(shares) for symbol, shares in LARGEST.findall(prompt)}
    held = {symbol: int(quantity) for symbol, quantity in HELD.findall(prompt) if int(quantity)}
    minutes = MINUTES.findall(prompt)
    is_late = bool(minutes) and int(minutes[-1]) <= LAST_MINUTES
    orders, reasons = [], []
    for symbol, closes in closes_by_symbol(prompt, [*largest, *held]).items():
        if len(closes) < AVERAGE_BARS:
            continue
        average = sum(closes[-AVERAGE_BARS:]) / AVERAGE_BARS
        place = f"{symbol} at {closes[-1]:g}, average of {AVERAGE_BARS} closes {average:.2f}"
        if held.get(symbol) and (closes[-1] < average or is_late):
            orders.append(order("close", symbol))
            reasons.append(f"{place}: out{', the session ends' if is_late else ''}.")
        elif not held.get(symbol) and closes[-1] > average and largest.get(symbol, 0) > 1 and not is_late:
            orders.append(order("buy", symbol, largest[symbol] // 2))
            reasons.append(f"{place}: the price rises through its average.")
    reasoning = " ".join(reasons) or "Nothing crossed its average; stay."
    return {
        "orders": orders,
        "reasoning": reasoning,
        "confidence": 0.6 if orders else 0.5,
        "cancels": [],
        "plan": None,
    }


def order(action: str, symbol: str, quantity: int | None = None) -> dict[str, Any]:
    names = (
        "equity_percent",
        "limit_price",
        "stop_price",
        "trail_amount",
        "trail_percent",
        "take_profit",
        "stop_loss",
    )
    rest: dict[str, Any] = dict.fromkeys((*names, "replaces"))
    sized = {"action": action, "symbol": symbol, "quantity": quantity}
    return {**rest, **sized, "order_type": "market", "time_in_force": "day"}


def closes_by_symbol(prompt: str, symbols: list[str]) -> dict[str, list[float]]:
    """Closes of the bars shown, oldest first. Lines of a single symbol don't name it."""
    found: dict[str, list[float]] = {}
    for symbol, close in BAR.findall(prompt):
        named = symbol or next(iter(symbols), "")
        if named in symbols:
            found.setdefault(named, []).append(float(close))
    return found
