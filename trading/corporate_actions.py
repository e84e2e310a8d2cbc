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
from trading.money import ZERO, round_down, round_up
from trading.notices import Notice
from trading.orders import Order, OrderStatus
from trading.positions import Lot
from trading.types import Side


@dataclass(frozen=True, slots=True)
class Split:
    symbol: str
    ratio: Decimal  # shares after for each share before: 7 for seven to one, 0.1 for a reverse split of one to ten


@dataclass(frozen=True, slots=True)
class Dividend:
    symbol: str
    amount: Decimal  # dollars a share, booked on the ex-date


@dataclass(frozen=True, slots=True)
class SymbolChange:
    symbol: str
    new_symbol: str


CorporateAction = Split | Dividend | SymbolChange


def apply_actions(account: Account, actions: Sequence[CorporateAction], tape: Tape) -> None:
    """Apply what takes effect before the next bar. Raises ValueError for a ratio or an amount not above 0."""
    for action in actions:
        if isinstance(action, Split):
            _split(account, action, tape)
        elif isinstance(action, Dividend):
            _dividend(account, action, tape)
        else:
            _rename(account, action, tape)


def _split(account: Account, split: Split, tape: Tape) -> None:
    if not split.ratio > 0:
        raise ValueError(f"Split ratio should be above 0, was {split.ratio}")
    symbol = split.symbol
    message = f"{symbol} was split {split.ratio.normalize():f} for 1"
    position = account.positions.get(symbol)
    paid = ZERO
    if position is not None:
        mark, cost, before = account.marks[symbol] / split.ratio, position.cost, position.quantity
        position.lots, fees_left = _split_lots(position.lots, split.ratio)
        position.quantity = sum(lot.quantity for lot in position.lots)
        fraction = before * split.ratio - position.quantity
        paid = fraction * mark
        account.cash += paid
        account.income += paid - (cost - position.cost) - fees_left
        if fraction:
            message += f"; {fraction.normalize():f} of a share was settled in cash at ${mark:.4f}"
        if not position.quantity:
            del account.positions[symbol]
    if symbol in account.marks:
        account.marks[symbol] /= split.ratio
    for order in [o for o in account.working.values() if o.symbol == symbol]:
        if order.is_open:
            _split_order(account, order, split.ratio, tape)
    book.trim_closing(account, symbol, tape)
    tape.notices.append(Notice("SPLIT", message, symbol, paid))


def _split_lots(lots: list[Lot], ratio: Decimal) -> tuple[list[Lot], Decimal]:
    """Lots in new shares, whole ones only. A lot too small for one leaves its fee to the next, or over."""
    new_lots: list[Lot] = []
    before = after = 0
    fee = ZERO
    for lot in lots:
        before += lot.quantity
        # Rounding the running total keeps the fractions of several lots together.
        quantity = int(before * ratio) - after
        after += quantity
        fee += lot.fee
        if quantity:
            price, high, low = lot.price / ratio, lot.high / ratio, lot.low / ratio
            new_lots.append(Lot(quantity, price, fee, lot.at, lot.step, high, low))
            fee = ZERO
    if new_lots:
        new_lots[-1].fee += fee
        fee = ZERO
    return new_lots, fee


def _split_order(account: Account, order: Order, ratio: Decimal, tape: Tape) -> None:
    remaining = int(order.remaining * ratio)
    if not remaining:
        book.end(account, order, OrderStatus.CANCELLED, tape, "the split left no whole share of it")
        return
    order.quantity = order.filled_quantity + remaining
    tick, is_buy = account.settings.tick_size, order.side is Side.BUY
    for name in ("limit_price", "stop_price", "take_profit", "stop_loss", "trail_amount"):
        price = getattr(order, name)
        if price is not None:
            is_limit = name in ("limit_price", "take_profit")
            rounded = round_down if is_buy is is_limit else round_up
            setattr(order, name, rounded(price / ratio, None if name == "trail_amount" else tick))
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
    message = f"{symbol} {verb} ${dividend.amount} on each of {abs(held)} shares"
    tape.notices.append(Notice("DIVIDEND", message, symbol, amount))


def _rename(account: Account, change: SymbolChange, tape: Tape) -> None:
    old, new = change.symbol, change.new_symbol
    if new in account.positions or new in account.marks:
        raise ValueError(f"{old} cannot become {new}: the account knows another {new}")
    position = account.positions.pop(old, None)
    if position is not None:
        position.symbol = new
        account.positions[new] = position
    if old in account.marks:
        account.marks[new] = account.marks.pop(old)
        account.marked_at[new] = account.marked_at.pop(old)
    for order in account.working.values():
        if order.symbol == old:
            order.symbol = new
            tape.touched[order.number] = order
    tape.notices.append(Notice("SYMBOL_CHANGE", f"{old} is now called {new}", new))
