"""The account: cash, positions, working orders and marks. Every dollar that moves moves here."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from trading import margin
from trading.codec import decode, encode
from trading.memory import Memory
from trading.money import ZERO
from trading.notices import Notice
from trading.orders import Order, OrderStatus
from trading.positions import Lot, Position, RoundTrip
from trading.settings import AccountType, ExecutionSettings
from trading.types import Fill, Side

__all__ = ["Account", "LastQuote", "Lot", "Position", "RoundTrip", "Unsettled"]


@dataclass(slots=True)
class Unsettled:
    """Sale proceeds that have not arrived yet, with the number of session opens they still wait for."""

    amount: Decimal
    sessions_left: int


@dataclass(frozen=True, slots=True)
class LastQuote:
    """The bid and the ask at the end of the latest interval that had any."""

    bid: Decimal | None
    ask: Decimal | None
    at: datetime


@dataclass(slots=True)
class Account:
    """One run's paper account. Mutable; only the session step and the corporate actions change it."""

    initial_cash: Decimal
    cash: Decimal
    settings: ExecutionSettings
    now: datetime  # the simulated clock
    session_opened_at: datetime
    day_open_equity: Decimal
    week_open_equity: Decimal
    peak_equity: Decimal
    step: int = 0
    next_order_number: int = 1
    positions: dict[str, Position] = field(default_factory=dict)  # only what is held
    working: dict[int, Order] = field(default_factory=dict)  # open orders by number, held exits included
    marks: dict[str, Decimal] = field(default_factory=dict)  # close of the last closed bar
    marked_at: dict[str, datetime] = field(default_factory=dict)  # end of that bar
    last_quotes: dict[str, LastQuote] = field(default_factory=dict)  # where older ones may serve
    submitted_at: deque[datetime] = field(default_factory=deque)  # orders approved in the last minute
    unsettled: list[Unsettled] = field(default_factory=list)
    realised: Decimal = ZERO  # sum of the round trips, after fees
    fees_paid: Decimal = ZERO
    slippage_paid: Decimal = ZERO
    income: Decimal = ZERO  # dividends received less dividends owed, and cash for fractions of shares
    borrow_paid: Decimal = ZERO
    margin_called_at: datetime | None = None
    pending_notices: list[Notice] = field(default_factory=list)  # for the record of the next step
    session: int = 1  # counts the sessions that were opened
    day_trades: deque[int] = field(
        default_factory=deque
    )  # sessions in which a position was opened and closed
    day_trade_orders: list[int] = field(default_factory=list)  # orders that are counted in this session
    memory: Memory = field(default_factory=Memory)  # for rules that look back

    def quantity(self, symbol: str) -> int:
        position = self.positions.get(symbol)
        return position.quantity if position else 0

    def exposure(self, symbol: str) -> Decimal:
        """Signed market value of what is held of `symbol`."""
        position = self.positions.get(symbol)
        return position.quantity * self.marks[symbol] if position else ZERO

    def equity(self) -> Decimal:
        equity = self.cash
        for symbol, position in self.positions.items():
            equity += position.quantity * self.marks[symbol]
        return equity

    def long_value(self) -> Decimal:
        value = ZERO
        for symbol, position in self.positions.items():
            if position.quantity > 0:
                value += position.quantity * self.marks[symbol]
        return value

    def short_value(self) -> Decimal:
        """What it would cost to buy every short back; never negative."""
        value = ZERO
        for symbol, position in self.positions.items():
            if position.quantity < 0:
                value -= position.quantity * self.marks[symbol]
        return value

    def drawdown(self) -> Decimal:
        """Fraction of the running peak that is lost."""
        return 1 - self.equity() / self.peak_equity if self.peak_equity > 0 else ZERO

    def working_quantity(self, symbol: str, side: Side) -> int:
        """Shares that working orders may still trade; of a bracket's two exits only one can fill, so they count once."""
        total = 0
        groups: dict[int, int] = {}
        for order in self.working.values():
            if order.symbol != symbol or order.side is not side or order.status is OrderStatus.HELD:
                continue
            if order.oco_group is None:
                total += order.remaining
            else:
                groups[order.oco_group] = max(groups.get(order.oco_group, 0), order.remaining)
        return total + sum(groups.values())

    def buying_power(self) -> Decimal:
        return margin.buying_power(self)

    def settled_cash(self) -> Decimal:
        return self.cash - sum((item.amount for item in self.unsettled), ZERO)

    def apply(self, fill: Fill) -> list[RoundTrip]:
        """Book a fill: cash, position, fees, and the round trips that it closes."""
        signed = fill.quantity if fill.side is Side.BUY else -fill.quantity
        proceeds = -signed * fill.price
        self.cash += proceeds - fill.fee
        self.fees_paid += fill.fee
        if fill.price != fill.reference_price:
            self.slippage_paid += signed * (fill.price - fill.reference_price)
        position = self.positions.get(fill.symbol)
        if position is None:
            position = self.positions[fill.symbol] = Position(fill.symbol)
            self.marks.setdefault(fill.symbol, fill.price)
        trips = position.apply(fill)
        if not position.quantity:
            del self.positions[fill.symbol]
        for trip in trips:
            self.realised += trip.pnl
        if self.settings.account_type is AccountType.CASH:
            if fill.side is Side.SELL:
                self._await(proceeds)
        elif any(trip.entry_at >= self.session_opened_at for trip in trips):
            self._note_day_trade(fill.order_number)
        return trips

    def _note_day_trade(self, order_number: int) -> None:
        """Count an order once, in however many fills it closes what was opened today."""
        if order_number not in self.day_trade_orders:
            self.day_trade_orders.append(order_number)
            self.day_trades.append(self.session)

    def _await(self, proceeds: Decimal) -> None:
        sessions = self.settings.settlement_sessions
        if self.unsettled and self.unsettled[-1].sessions_left == sessions:
            self.unsettled[-1].amount += proceeds
        elif sessions:
            self.unsettled.append(Unsettled(proceeds, sessions))

    def to_json(self) -> dict[str, Any]:
        """Everything, exactly: `from_json` gives an account that acts the same in every later step."""
        return cast(dict[str, Any], encode(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Account:
        return decode(cls, data)

    def copy(self) -> Account:
        """An account that can be changed without touching this one."""
        return Account.from_json(self.to_json())

    def active_from(self) -> datetime:
        """The earliest start of a bar that may fill an order which is decided now."""
        delay = self.settings.decision_delay_seconds
        return self.now + timedelta(seconds=delay) if delay else self.now

    def session_date(self) -> date:
        return self.session_opened_at.date()
