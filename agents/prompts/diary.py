"""What happened so far, as text that only grows: each bar, what the broker did in it, what was decided and what came of it.

Bars that were shown once keep their words, so that two prompts in a row begin the same and providers can cache them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np

from agents.prompts.indicators import IndicatorSpec
from agents.prompts.words import plain, price, signed_money
from market.asof import AsOfReader
from market.columns import BarColumns
from rules.limits import EXCHANGE_ZONE
from rules.verdicts import RULE, owner

STORED = Decimal("1E-10")  # as finely as tables keep money
MOST_WHY = 160
SIZES = (
    ("limit_price", "limit"),
    ("stop_price", "stop"),
    ("trail_amount", "trailing"),
    ("trail_percent", "trailing %"),
)
SAID_BY_PRICES = ("market", "limit", "stop")  # by their price, or by having none
EXITS = (("take_profit", "target"), ("stop_loss", "stop"))


class FillNote(NamedTuple):
    """What one order bought or sold in one bar."""

    order: int
    side: str
    quantity: int
    symbol: str
    price: Decimal  # average


@dataclass(frozen=True, slots=True)
class Happened:
    """What the broker did in a bar, before anybody decided."""

    fills: tuple[FillNote, ...] = ()
    expired: tuple[int, ...] = ()
    realised: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class StepNote:
    """One step as the log has it. `intents` and `verdicts` are JSON as the log keeps them."""

    step: int
    outcome: str
    happened: Happened = Happened()
    intents: Sequence[Mapping[str, Any]] = ()
    verdicts: Sequence[Mapping[str, Any]] = ()
    order_numbers: Sequence[int] = ()
    notices: Sequence[Mapping[str, Any]] = ()
    failure_code: str = ""
    reasoning: str = ""  # of a decision that asked for orders
    marks: str = ""  # last closes when the model was asked: "SPY=100.05 IBM=201.3"
    analysis: str = ""
    plan: str = ""


def stored(amount: Decimal) -> Decimal:
    """An amount as it comes back from a table."""
    return amount.quantize(STORED, ROUND_HALF_UP)


class BarLines:
    """Bars as lines, read through the as-of reader only."""

    def __init__(
        self, symbols: Sequence[str], indicators: Sequence[IndicatorSpec], *, is_daily: bool
    ) -> None:
        self.symbols = symbols
        self.indicators = indicators
        self.time_format = "%Y-%m-%d" if is_daily else "%H:%M"

    def base(self, reader: AsOfReader) -> tuple[float, ...]:
        """What changes when the past is restated in the shares of a split: the first open of each symbol."""
        counts = {symbol: reader.count(symbol) for symbol in self.symbols}
        return tuple(float(reader.window(symbol, count).open[0]) for symbol, count in counts.items() if count)

    def read(self, reader: AsOfReader, first: int, last: int) -> list[list[str]]:
        """The lines of steps `first` to `last`, which is the newest: for each step one line a symbol that traded."""
        windows = {symbol: reader.window(symbol, max(1, reader.count(symbol))) for symbol in self.symbols}
        starts = np.unique(np.concatenate([window.start for window in windows.values()]))
        assert len(starts) >= last, f"{last} steps have closed, bars were found at {len(starts)}"
        # A daily run also sees bars from before it: no lines of their own, but indicators know them.
        wanted = starts[len(starts) - last + first - 1 :]
        lines: list[list[str]] = [[] for _ in wanted]
        for symbol, window in windows.items():
            tail = int(np.searchsorted(window.start, wanted[0])) if len(wanted) else 0
            places = np.searchsorted(wanted, window.start[tail:]).tolist()
            for place, line in zip(places, self.spelled(symbol, window, tail), strict=True):
                lines[place].append(line)
        return lines

    def spelled(self, symbol: str, window: BarColumns, first: int) -> list[str]:
        """The window's bars from row `first` on; indicators see the whole window."""
        bars = window.rows(slice(first, None))
        named = f"{symbol} " if len(self.symbols) > 1 else ""
        times = [self.time_of(start) for start in bars.start.tolist()]
        prices = [map(price, column.tolist()) for column in (bars.open, bars.high, bars.low, bars.close)]
        values = [spec.spelled(window, first) for spec in self.indicators]
        return [
            f"{time} {named}" + " ".join(map(str, row))
            for time, *row in zip(times, *prices, bars.volume.tolist(), *values, strict=True)
        ]

    def time_of(self, start: int) -> str:
        return datetime.fromtimestamp(start, EXCHANGE_ZONE).strftime(self.time_format)


def happened_lines(happened: Happened) -> list[str]:
    words = {"buy": "bought", "sell": "sold"}
    lines = [
        f"* order {fill.order} {words[fill.side]} {fill.quantity} {fill.symbol} at {price(fill.price)}"
        for fill in happened.fills
    ]
    lines += [f"* order {number} expired" for number in happened.expired]
    if happened.realised:
        lines.append(f"* realised {signed_money(happened.realised)}")
    return lines


def decided_lines(note: StepNote) -> list[str]:
    """What was thought and decided at a step, and what came of it; nothing for a bar at which nobody was asked."""
    lines = [f"ANALYSIS: {flat(note.analysis)}"] if note.analysis else []
    lines += enforced_lines(note)
    if note.outcome == "failed":
        lines.append(f"> your answer could not be used ({note.failure_code}); counted as hold")
    elif note.outcome == "held":
        lines.append("> hold")
    elif note.outcome in ("ordered", "denied"):
        lines += wish_lines(note)
    lines += [f"* {notice['code']}: {notice['message']}" for notice in note.notices]
    if note.plan:
        lines.append(f"PLAN: {flat(note.plan)}")
    return lines


def enforced_lines(note: StepNote) -> list[str]:
    """What limits did by themselves: stop trading, close positions."""
    said = said_to(note)
    lines = [f"* trading is stopped until the session ends: {text}" for text in said.get(None, ())]
    lines += [
        f"* {wish_words(intent)} by {by_whom(intent['tag'])}: {' '.join(said.get(index, ())) or 'sent'}"
        for index, intent in enumerate(note.intents)
        if intent.get("tag")
    ]
    return lines


def wish_lines(note: StepNote) -> list[str]:
    said = said_to(note)
    lines = [
        f"> {wish_words(intent)}" + (f": {' '.join(said[index])}" if index in said else "")
        for index, intent in enumerate(note.intents)
        if not intent.get("tag")
    ]
    if note.order_numbers:
        lines.append(f"> sent as order {', '.join(map(str, note.order_numbers))}")
    why = one_line(note.reasoning)
    return [*lines, f"> because: {why}"] if why else lines


def said_to(note: StepNote) -> dict[int | None, list[str]]:
    """By the place of an order what was said to it; under None what is about no order."""
    said: dict[int | None, dict[str, str]] = {}
    for verdict in note.verdicts:
        # Of several limits of a kind the strictest comes first, and says enough.
        found = said.setdefault(verdict["intent"], {})
        words = f"{verdict['code']} {verdict['message']}"
        found.setdefault(verdict["code"], words if found else f"{done_words(verdict)}{words}")
    return {index: list(found.values()) for index, found in said.items()}


def done_words(verdict: Mapping[str, Any]) -> str:
    """What was done about an order, in a word before the reasons."""
    if verdict.get("given") is not None:
        return f"RESIZED from {verdict['asked']} to {verdict['given']} shares "
    return "DENIED " if verdict["intent"] is not None and "effect" not in verdict else ""


def by_whom(tag: str) -> str:
    return owner(tag) if tag.startswith(RULE) else f"the broker ({tag.replace('_', ' ')})"


def flat(text: str) -> str:
    return " ".join(text.split())


def one_line(text: str) -> str:
    words = flat(text)
    return words if len(words) <= MOST_WHY else f"{words[:MOST_WHY].rstrip()}…"


def wish_words(intent: Mapping[str, Any]) -> str:
    """An intent as the log keeps it: "buy 20 SPY limit 99.5"."""
    if "cancel" in intent:
        return f"cancel order {intent['cancel']}"
    size = ""
    if intent.get("quantity") is not None:
        size = f" {plain(intent['quantity'])}"
    elif intent.get("equity_percent") is not None:
        size = f" {plain(intent['equity_percent'])} % of equity in"
    kind = intent.get("order_type", "market")
    words = [f"{intent['action']}{size} {intent['symbol']}", *([] if kind in SAID_BY_PRICES else [kind])]
    words += [f"{name} {plain(intent[key])}" for key, name in (*SIZES, *EXITS) if intent.get(key) is not None]
    if intent.get("replaces"):
        words.append(f"in place of order {intent['replaces']}")
    return " ".join(words)
