"""What an account remembers of its past, for the rules that look back: orders, entries, closings, stops, halts."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from trading.money import ZERO
from trading.orders import Order
from trading.positions import RoundTrip
from trading.types import Fill, OrderType, Verdict

MOST_CLOSINGS = 200
HOUR = timedelta(hours=1)
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing is opened any more in this session, because of this verdict."""

    verdict: Verdict
    at: datetime
    step: int


@dataclass(frozen=True, slots=True)
class Sent:
    """An order that was approved."""

    at: datetime
    symbol: str
    is_opening: bool


@dataclass(slots=True)
class Closing:
    """What one order closed, all its fills together. `pnl` is after fees."""

    order: int
    symbol: str
    at: datetime
    pnl: Decimal
    is_stop: bool  # by a stop order, or by a rule or the broker at a loss


@dataclass(slots=True)
class Tally:
    """What was done in one symbol in the present session."""

    entries: int = 0  # orders that opened something
    exits: int = 0  # orders that closed something
    pnl: Decimal = ZERO  # realised, after fees
    first_side: str = ""  # of the session's first entry: "buy" or "sell"


@dataclass(slots=True)
class Memory:
    """Written by the session step only; a checkpoint holds all of it."""

    opened_at: dict[str, datetime] = field(default_factory=dict)  # the last entry from nothing, held or not
    stopped_at: dict[str, datetime] = field(default_factory=dict)  # the last closing by a stop
    sent: deque[Sent] = field(default_factory=deque)  # in the last hour, and maybe some older
    closings: deque[Closing] = field(default_factory=deque)  # the last ones, of whatever session
    session: dict[str, Tally] = field(default_factory=dict)  # by symbol
    halts: list[Halt] = field(default_factory=list)  # of the session
    blind: list[str] = field(default_factory=list)  # rules that lack what they need at the present bar

    def entries(self, symbols: Container[str]) -> int:
        """Orders of the session that opened something in these symbols."""
        return sum(tally.entries for symbol, tally in self.session.items() if symbol in symbols)

    def losses_in_row(self, symbols: Container[str]) -> int:
        """How many of the latest closings in these symbols lost, one after the other."""
        count = 0
        for closing in reversed(self.closings):
            if closing.symbol in symbols:
                if closing.pnl >= 0:
                    break
                count += 1
        return count

    def open_session(self) -> None:
        """Begin a session: what counts by the session starts anew, and trading that was stopped goes on."""
        self.session.clear()
        self.halts.clear()

    def halt(self, verdict: Verdict, at: datetime, step: int) -> None:
        """Stop opening anything; whoever has stopped it before has said why."""
        if all(halt.verdict.source != verdict.source for halt in self.halts):
            self.halts.append(Halt(verdict, at, step))

    def note_sent(self, order: Order) -> None:
        self.sent.append(Sent(order.decided_at, order.symbol, order.is_opening))
        while self.sent[0].at <= order.decided_at - HOUR:
            self.sent.popleft()

    def note_fill(self, order: Order, fill: Fill, trips: Sequence[RoundTrip], held: int) -> None:
        """Remember a fill that closed `trips` and left `held` shares."""
        symbol = fill.symbol
        tally = self.session.get(symbol)
        if tally is None:
            tally = self.session[symbol] = Tally()
        if trips:
            self._note_closing(order, fill, sum([trip.pnl for trip in trips], ZERO), tally)
        if held and abs(held) == fill.quantity - sum([trip.quantity for trip in trips]):
            self.opened_at[symbol] = fill.at
        if order.is_opening and order.filled_quantity == fill.quantity:
            tally.entries += 1
            tally.first_side = tally.first_side or fill.side.value

    def _note_closing(self, order: Order, fill: Fill, pnl: Decimal, tally: Tally) -> None:
        tally.pnl += pnl
        last = None
        if order.filled_quantity > fill.quantity:
            last = next((each for each in reversed(self.closings) if each.order == order.number), None)
        if last is None:
            tally.exits += 1
            last = Closing(order.number, fill.symbol, fill.at, ZERO, is_stop=False)
            self.closings.append(last)
            if len(self.closings) > MOST_CLOSINGS:
                self.closings.popleft()
        last.pnl += pnl
        last.at = fill.at
        last.is_stop = order.order_type in _STOPS or bool(order.tag and last.pnl < 0)
        if last.is_stop:
            self.stopped_at[fill.symbol] = fill.at
