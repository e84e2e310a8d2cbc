"""Splits, cash dividends and ticker changes: what happens to an account between two sessions without anybody trading.

Each leaves equity at the last marks as it was. The price is expected to follow: a split divides the mark, a dividend
is taken off it, and the first bar afterwards tells what the market made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading import book
from trading.book import Tape
from trading.ledger import Account
from trading.money import ONE, ZERO, round_down, round_up
from trading.notices import Notice
from trading.orders import Order, OrderStatus
from trading.positions import Lot
from trading.types import Side


@dataclass(frozen=True, slots=True)
class Split:
    """`ratio` new shares for `per` old ones: 7 for 1, or 1 for 3 in a reverse split, which no decimal says exactly."""

    symbol: str
    ratio: Decimal
    per: Decimal = ONE

    @property
    def words(self) -> str:
        return f"{self.ratio.normalize():f} for {self.per.normalize():f}"


@dataclass(frozen=True, slots=True)
class Dividend:
    symbol: str
    amount: Decimal  # dollars a share, booked on the ex-date


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A new ticker. Positions and orders stay under the symbol by which the account has known the security."""

    symbol: str
    new_ticker: str


CorporateAction = Split | Dividend | SymbolChange


def apply_actions(account: Account, actions: Sequence[CorporateAction], tape: Tape) -> None:
    """Apply what takes effect before the next bar. Raises ValueError for a ratio or an amount not above 0."""
    for action in actions:
        if isinstance(action, Split):
            _split(account, action, tape)
        elif isinstance(action, Dividend):
            _dividend(account, action, tape)
        else:
            message = f"{action.symbol} is traded as {action.new_ticker} from here on"
            tape.notices.append(Notice("SYMBOL_CHANGE", message, action.symbol))


def _split(account: Account, split: Split, tape: Tape) -> None:
    if not (split.ratio > 0 and split.per > 0):
        raise ValueError(f"Split ratio should be above 0, was {split.words}")
    symbol = split.symbol
    account.last_quotes.pop(symbol, None)
    message = f"{symbol} was split {split.words}"
    position = account.positions.get(symbol)
    mark = account.marks.get(symbol)
    if mark is not None:
        mark = account.marks[symbol] = mark * split.per / split.ratio
    paid, new_shares = ZERO, 0
    if position is not None and mark is not None:
        cost, before = position.cost, position.quantity
        position.lots, fees_left = _split_lots(position.lots, split)
        position.quantity = sum(lot.quantity for lot in position.lots)
        new_shares = position.quantity - before
        fraction = before * split.ratio / split.per - position.quantity
        paid = fraction * mark
        account.cash += paid
        account.income += paid - (cost - position.cost) - fees_left
        if fraction:
            message += f"; {fraction.normalize():f} of a share was settled in cash at ${mark:.4f}"
        if not position.quantity:
            del account.positions[symbol]
    for order in [o for o in account.working.values() if o.symbol == symbol]:
        if order.is_open:
            _split_order(account, order, split, tape)
    book.trim_closing(account, symbol, tape)
    tape.notices.append(Notice("SPLIT", message, symbol, paid, new_shares))


def _split_lots(lots: list[Lot], split: Split) -> tuple[list[Lot], Decimal]:
    """Lots in new shares, whole ones only. A lot too small for one leaves its fee to the next, or over."""
    new_lots: list[Lot] = []
    before = after = 0
    fee = ZERO
    for lot in lots:
        before += lot.quantity
        # Rounding the running total keeps the fractions of several lots together.
        quantity = int(before * split.ratio / split.per) - after
        after += quantity
        fee += lot.fee
        if quantity:
            price, high, low = (price * split.per / split.ratio for price in (lot.price, lot.high, lot.low))
            new_lots.append(Lot(quantity, price, fee, lot.at, lot.step, high, low))
            fee = ZERO
    if new_lots:
        new_lots[-1].fee += fee
        fee = ZERO
    return new_lots, fee


def _split_order(account: Account, order: Order, split: Split, tape: Tape) -> None:
    remaining = int(order.remaining * split.ratio / split.per)
    if not remaining:
        book.end(account, order, OrderStatus.CANCELLED, tape, "the split left no whole share of it")
        return
    order.quantity = order.filled_quantity + remaining
    tick, is_buy = account.settings.tick_size, order.side is Side.BUY
    for name in ("limit_price", "stop_price", "take_profit", "stop_loss", "trail_amount"):
        price = getattr(order, name)
        if price is not None:
            # The exits of an entry stand on the other side.
            is_exit = order.is_opening and name in ("take_profit", "stop_loss")
            is_limit = name in ("limit_price", "take_profit")
            rounded = round_down if (is_buy is not is_exit) is is_limit else round_up
            new = price * split.per / split.ratio
            setattr(order, name, rounded(new, None if name == "trail_amount" else tick))
    tape.touched[order.number] = order


def _dividend(account: Account, dividend: Dividend, tape: Tape) -> None:
    if not dividend.amount > 0:
        raise ValueError(f"Dividend should be above 0, was {dividend.amount}")
    symbol, held = dividend.symbol, account.quantity(dividend.symbol)
    mark = account.marks.get(symbol)
    if mark is not None and mark > dividend.amount:
        account.marks[symbol] = mark - dividend.amount
    if not held:
        return
    amount = held * dividend.amount
    account.cash += amount
    account.income += amount
    verb = "paid" if held > 0 else "was owed"
    message = f"{symbol} {verb} ${dividend.amount.normalize():f} on each of {abs(held)} shares"
    tape.notices.append(Notice("DIVIDEND", message, symbol, amount))
