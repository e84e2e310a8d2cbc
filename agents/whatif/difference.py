"""Where two walks of the same decisions part: wishes that were answered otherwise, and the first step that differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from agents.whatif.simulate import Simulated
from agents.whatif.witness import Answer
from reasoning.codec import intent_to_json, plain
from reasoning.wishes import sentence
from trading.session import StepResult
from trading.types import Verdict


@dataclass(frozen=True, slots=True)
class Turned:
    """A wish that one walk let through and the other did not, or let through in another size."""

    step: int
    at: datetime
    wish: str
    quantity_before: int  # shares that may be sent; 0: denied
    quantity_after: int
    verdicts_before: tuple[Verdict, ...]
    verdicts_after: tuple[Verdict, ...]

    @property
    def passes_now(self) -> bool:
        return not self.quantity_before

    @property
    def is_denied_now(self) -> bool:
        return not self.quantity_after

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What speaks, or spoke, against it."""
        return self.verdicts_after or self.verdicts_before

    def to_json(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "at": self.at.isoformat(),
            "wish": self.wish,
            "quantity_as_it_was": self.quantity_before,
            "quantity": self.quantity_after,
            "verdicts_as_it_was": [verdict_to_json(verdict) for verdict in self.verdicts_before],
            "verdicts": [verdict_to_json(verdict) for verdict in self.verdicts_after],
        }


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first step in which the two walks did not do the same."""

    step: int
    at: datetime
    sentence: str


def turned(before: Simulated, after: Simulated) -> list[Turned]:
    """Every wish with another answer, in order. The decisions are the same, so both walks know the same wishes."""
    return [
        found
        for wish, answer in sorted(before.witness.answers.items())
        if (found := turned_between(answer, after.witness.answers[wish])) is not None
    ]


def turned_between(before: Answer, after: Answer) -> Turned | None:
    if before.quantity == after.quantity:
        return None
    return Turned(
        step=before.wish.step,
        at=before.at,
        wish=words(before),
        quantity_before=before.quantity,
        quantity_after=after.quantity,
        verdicts_before=before.approval.verdicts,
        verdicts_after=after.approval.verdicts,
    )


def divergence(before: Simulated, after: Simulated) -> Divergence | None:
    """The first step with other orders, other fills or other interventions; None where there is none."""
    for step in sorted(before.eventful.keys() | after.eventful.keys()):
        one, other = before.eventful.get(step), after.eventful.get(step)
        told = next(differing(before, after, one, other), None)
        if told is not None:
            moment = one or other
            assert moment is not None
            return Divergence(step, moment.now, told)
    return None


def differing(
    before: Simulated, after: Simulated, one: StepResult | None, other: StepResult | None
) -> Iterator[str]:
    """What differs in a step, the cause first: fills come before the decision, interventions beside it."""
    fills, fills_after = fills_in(one), fills_in(other)
    if fills != fills_after:
        yield f"filled {listed(fills_after)} instead of {listed(fills)}"
    forced, forced_after = forced_in(one), forced_in(other)
    if forced != forced_after:
        yield f"forced {listed(forced_after)} instead of {listed(forced)}"
    step = one.step if one is not None else other.step if other is not None else 0
    for wish, answer in before.witness.answers.items():
        if wish.step != step:
            continue
        found = turned_between(answer, after.witness.answers[wish])
        if found is not None:
            yield answered(found)


def answered(found: Turned) -> str:
    """ "buy 20 SPY passes; it was denied: SPY would be 62 % of equity…" """
    reason = f": {found.verdicts[0].message.rstrip('.')}" if found.verdicts else ""
    if found.passes_now:
        return f"{found.wish} passes; it was denied{reason}"
    if found.is_denied_now:
        return f"{found.wish} is denied; it passed before{reason}"
    return f"{found.wish} comes to {found.quantity_after} shares instead of {found.quantity_before}"


def fills_in(result: StepResult | None) -> list[str]:
    return [] if result is None else [fill_words(fill) for fill in result.fills]


def fill_words(fill: Any) -> str:
    fee = f" for a fee of ${money(fill.fee)}" if fill.fee else ""
    return f"{fill.side} {fill.quantity} {fill.symbol} at {money(fill.price)}{fee}"


def forced_in(result: StepResult | None) -> list[str]:
    return [] if result is None else [sentence(intent_to_json(intent)) for intent in result.forced]


def listed(words_of_each: list[str]) -> str:
    return " and ".join(words_of_each) or "nothing"


def words(answer: Answer) -> str:
    return sentence(intent_to_json(answer.intent))


def money(amount: Decimal) -> str:
    """At most four decimals, at least two."""
    short = f"{round(amount, 4).normalize():f}"
    whole, _, fraction = short.partition(".")
    return f"{whole}.{fraction:0<2}"


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "code": verdict.code,
        "message": verdict.message,
        "source": verdict.source,
        "limit": plain(verdict.limit),
        "attempted": plain(verdict.attempted),
        "unit": verdict.unit,
        "symbol": verdict.symbol,
    }
