"""An order as the gates see it: what is asked, and where it would leave the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from trading.money import ZERO
from trading.orders import Order
from trading.types import OrderIntent, Side

NextTradeAt = Callable[[datetime], datetime | None]
FeedProblem = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Venue:
    """What the run's market offers."""

    known_symbols: frozenset[str]
    next_trade_at: NextTradeAt | None
    sectors: Mapping[str, str]
    option_symbols: frozenset[str]
    feed_problem: FeedProblem | None = (
        None  # why nothing may be opened at a moment of a live run; "" for none
    )


class Unclear(Exception):
    """An intent that names no sane number of shares; the message says what was found and what is wanted."""

    def __init__(self, code: str, message: str, attempted: Decimal | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.attempted = attempted


class Sizes(NamedTuple):
    """Dollars that an opening order moves, other working orders counted as if they had filled."""

    cost: Decimal = ZERO  # what it takes at worst
    value: Decimal = ZERO  # what it opens, at the worse of mark and order price
    reserved_cost: Decimal = ZERO  # what other opening orders may still take
    reserved_value: Decimal = ZERO  # what other opening orders may still open
    freed_value: Decimal = ZERO  # of the opposite position, which is closed before this one opens
    resulting_value: Decimal = ZERO  # the whole position in its direction afterwards


NO_SIZES = Sizes()


class Proposal(NamedTuple):
    """One opening or closing order, not yet judged."""

    intent: OrderIntent
    venue: Venue
    symbol: str
    side: Side
    quantity: int
    is_opening: bool
    is_sized: bool  # False where no sane quantity or price is known
    sizes: Sizes  # of an opening order that is sized
    closable: int  # shares that an order of this side could close, before the intent that this is a part of
    asked: int  # shares of the whole intent
    ahead: int  # orders of the same intent that go before this one
    beside: Sequence[Order]  # the other working orders
    equity: Decimal
    mark: Decimal | None  # close of the last closed bar; None before the first
    trades_at: datetime | None  # when it can first trade; None: not again in this run
    price_problems: Sequence[str]
    unclear: Unclear | None  # why there is no sane quantity

    @property
    def asset(self) -> str:
        return "option" if self.symbol in self.venue.option_symbols else "equity"
