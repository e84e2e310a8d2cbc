"""What a decision asked for and what was said to it, in words a trader reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reasoning.models import Entry
from trading.types import Effect

STOPPED_BY = "limits"
ABSURD = Decimal(10) ** 15
PRICES = {
    "limit_price": "at",
    "stop_price": "trigger",
    "trail_amount": "trailing",
    "trail_percent": "trailing %",
    "take_profit": "take profit",
    "stop_loss": "stop loss",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One limit that denied or changed an order, stopped trading, or closed a position."""

    code: str
    message: str
    source: str
    limit: str
    attempted: str
    effect: str = Effect.DENIED
    version: int | None = None
    asked: int | None = None  # shares, where the order was made smaller
    given: int | None = None

    @property
    def is_denial(self) -> bool:
        return self.effect in (Effect.DENIED, Effect.STOPPED)

    @property
    def done(self) -> str:
        """What was done about it: "denied", "resized from 50 to 20 shares"."""
        if self.asked is None or self.given is None:
            return self.effect
        return f"{self.effect} from {self.asked:,} to {self.given:,} shares"


@dataclass(frozen=True, slots=True)
class Wish:
    """One order or cancel that was asked for, with every objection to it. `asked_by` is empty for the decider.

    Trading that was stopped at a bar, without an order, is a wish of the limits that stopped it.
    """

    text: str
    objections: list[Objection]
    asked_by: str = ""


def wishes_of(entry: Entry) -> list[Wish]:
    """An entry's wishes in the order they were asked."""
    objections: dict[int | None, list[Objection]] = {}
    for verdict in entry.verdicts:
        objections.setdefault(verdict["intent"], []).append(objection(verdict))
    of_rules = [Wish("stop trading", objections[None], STOPPED_BY)] if None in objections else []
    return of_rules + [
        Wish(sentence(intent), objections.get(index, []), words_of(intent.get("tag", "")))
        for index, intent in enumerate(entry.intents)
    ]


def objection(verdict: Mapping[str, Any]) -> Objection:
    unit = verdict["unit"]
    return Objection(
        code=verdict["code"],
        message=verdict["message"],
        source=verdict["source"],
        limit=amount(verdict["limit"], unit),
        attempted=amount(verdict["attempted"], unit),
        effect=verdict.get("effect", Effect.DENIED.value),
        version=verdict.get("version"),
        asked=verdict.get("asked"),
        given=verdict.get("given"),
    )


def sentence(intent: Mapping[str, Any]) -> str:
    """An intent as `reasoning.codec` wrote it: "buy 20 SPY", "close SPY", "cancel order 3"."""
    if "cancel" in intent:
        return f"cancel order {intent['cancel']}"
    size = ""
    if intent.get("quantity") is not None:
        size = f" {intent['quantity']}"
    elif intent.get("equity_percent") is not None:
        size = f" {digits(intent['equity_percent'])} % of equity in"
    kind = intent.get("order_type", "")
    words = [f"{intent['action']}{size} {intent['symbol']}", kind]
    words += [f"{name} {digits(intent[key])}" for key, name in PRICES.items() if intent.get(key) is not None]
    if intent.get("replaces"):
        words.append(f"in place of order {intent['replaces']}")
    if intent.get("tag"):
        words.append(f"by {words_of(intent['tag'])}")
    return " ".join(word for word in words if word)


def words_of(tag: str) -> str:
    return tag.replace("_", " ")


def amount(value: str | None, unit: str) -> str:
    """A limit or an attempt with its unit; a dash where there is no number."""
    if value is None:
        return "—"
    if unit == "$":
        return f"${digits(value)}"
    noun = unit.removesuffix("s") if digits(value) == "1" and len(unit) > 2 else unit
    return f"{digits(value)} {noun}".strip()


def digits(value: str) -> str:
    """At most four decimals, none that say nothing; a number too absurd to be rounded as it was asked."""
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= ABSURD:
        return value
    return f"{round(number, 4).normalize():,f}"
