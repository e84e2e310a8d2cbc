"""The words of trading that cross rooms: sides, order types, bars, intents, decisions, verdicts, fills.

Everything here is immutable. Money, prices and quantities that are owned or owed are Decimal or whole numbers;
times are aware UTC datetimes of the simulated clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# Make a named tuple of all its fields in their order, past its own constructor, which takes twice as long.
new = tuple.__new__


class Word(StrEnum):
    """A word with one of few values. As a key it is its text: an enum hashes by its name, which takes a Python call."""

    __hash__ = str.__hash__


class Side(Word):
    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY


class Action(Word):
    """What a decider asks for. CLOSE flattens whatever is held, long or short."""

    BUY = "buy"
    SELL = "sell"
    SHORT = "short"
    COVER = "cover"
    CLOSE = "close"


class OrderType(Word):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop-limit"
    TRAILING_STOP = "trailing-stop"
    MARKET_ON_OPEN = "market-on-open"
    MARKET_ON_CLOSE = "market-on-close"
    LIMIT_IF_TOUCHED = "limit-if-touched"


class TimeInForce(Word):
    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"
    GTD = "gtd"


class Outcome(Word):
    """What became of a step's decision (semantics: Denied, Held, Failed)."""

    ORDERED = "ordered"  # at least one order was approved
    DENIED = "denied"  # orders were asked for and none was approved
    HELD = "held"  # the decider chose nothing
    FAILED = "failed"  # no usable answer; treated as hold
    SKIPPED = "skipped"  # the decider was not asked


class Effect(Word):
    """What was done about a violated limit."""

    DENIED = "denied"  # the order was not sent
    RESIZED = "resized"  # a smaller one was sent in its place
    STOPPED = "stopped"  # denied where there was an order, and nothing is opened until the session ends
    LIQUIDATED = "liquidated"  # what is held is being closed at market


class Bar(NamedTuple):
    """One closed bar: `[start, start + length)`, prices in USD, volume in shares."""

    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int


class Quote(NamedTuple):
    """Best bid and ask inside the same interval as a Bar. A side that was absent is None."""

    bid_open: Decimal | None
    bid_high: Decimal | None
    bid_low: Decimal | None
    bid_close: Decimal | None
    ask_open: Decimal | None
    ask_high: Decimal | None
    ask_low: Decimal | None
    ask_close: Decimal | None


class OrderIntent(NamedTuple):
    """What a decider wants. Exactly one of `quantity` (whole shares) and `equity_percent` (0–100) is set,
    except for CLOSE, where none means everything held. The gates, not this type, judge whether it is sane."""

    action: Action
    symbol: str
    quantity: Decimal | int | None = None
    equity_percent: Decimal | None = None
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_amount: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_at: datetime | None = None
    take_profit: Decimal | None = None  # a bracket's target, sent when the entry fills
    stop_loss: Decimal | None = None  # a bracket's stop, sent when the entry fills
    replaces: int | None = None  # number of the working order that this one takes the place of
    tag: str = ""  # who asked: "" for the decider, else the rule's name


class Decision(NamedTuple):
    """A decider's structured answer to one step. No intents and no failure is a hold."""

    intents: tuple[OrderIntent, ...] = ()
    cancels: tuple[int, ...] = ()  # numbers of working orders to cancel
    reasoning: str = ""
    confidence: float | None = None
    failure_code: str = ""  # set = no usable answer
    was_asked: bool = True
    context: tuple[tuple[str, str], ...] = ()  # small facts that the decider looked at, for the record


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an order was denied (or changed, or sent by a rule): which limit, what was attempted, whose limit it is."""

    code: str  # e.g. "POSITION_SIZE"; the full list is docs/gates.md
    message: str  # one sentence a trader can read, numbers with units
    source: str  # "gate", "profile", "model" or "rule: <name>"
    limit: Decimal | None = None
    attempted: Decimal | None = None
    unit: str = ""  # "%", "$", "shares", "orders"…
    symbol: str = ""
    effect: Effect = Effect.DENIED
    version: int | None = None  # of the rule
    asked: int | None = None  # shares of an order that was resized, and
    given: int | None = None  # what was left of them

    @property
    def is_denial(self) -> bool:
        """Whether the order that it is about was not sent."""
        return self.effect is Effect.DENIED or self.effect is Effect.STOPPED


class Fill(NamedTuple):
    """Shares that changed hands. `price` includes slippage; `fee` is paid on top."""

    order_number: int
    symbol: str
    side: Side
    quantity: int
    price: Decimal
    reference_price: Decimal  # before slippage
    fee: Decimal
    at: datetime  # start of the bar it filled in, or its end for a close
    step: int
