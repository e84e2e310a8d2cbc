"""What an account may still buy, what it must keep, and when it must sell."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from trading.money import ZERO
from trading.settings import AccountType, ExecutionSettings
from trading.types import Action, OrderIntent, OrderType

if TYPE_CHECKING:
    from trading.ledger import Account

MARGIN_CALL = "margin_call"
PATTERN_EQUITY = Decimal(25_000)
PATTERN_DAY_TRADES = 3
PATTERN_SESSIONS = 5


class DayTradePolicy(StrEnum):
    """FINRA rule 4210 before and after SR-FINRA-2025-017 (91 FR 20731)."""

    PDT_LEGACY = "pdt_legacy"  # four times equity and any number of day trades from $25,000 on
    INTRADAY_MARGIN = "intraday_margin"  # no count and no floor; maintenance margin holds all day


INTRADAY_MARGIN_FROM = date(2026, 6, 4)


def day_trade_policy(day: date) -> DayTradePolicy:
    """The rule that was in force on an exchange day."""
    return DayTradePolicy.INTRADAY_MARGIN if day >= INTRADAY_MARGIN_FROM else DayTradePolicy.PDT_LEGACY


def day_trades_left(account: Account) -> int | None:
    """How many more day trades a margin account may make; None: as many as it likes."""
    if account.settings.account_type is AccountType.CASH or account.settings.daily_bars:
        return None
    if day_trade_policy(account.session_date()) is DayTradePolicy.INTRADAY_MARGIN:
        return None
    if account.day_open_equity >= PATTERN_EQUITY:
        return None
    recent = [session for session in account.day_trades if session > account.session - PATTERN_SESSIONS]
    return max(PATTERN_DAY_TRADES - len(recent), 0)


def initial_rate(settings: ExecutionSettings, *, is_open: bool, day: date, equity: Decimal) -> Decimal:
    """The share of a new position's value that must be the account's own, while the market is open or closed."""
    if settings.account_type is AccountType.CASH:
        return Decimal(1)
    is_small = day_trade_policy(day) is DayTradePolicy.PDT_LEGACY and equity < PATTERN_EQUITY
    if not is_open or is_small:
        return settings.initial_margin
    return min(settings.initial_margin, max(1 / settings.leverage, settings.maintenance_margin))


def account_rate(account: Account) -> Decimal:
    """`initial_rate` for this account now; a bar that is a whole session is held overnight."""
    settings = account.settings
    return initial_rate(
        settings,
        is_open=not settings.daily_bars,
        day=account.session_date(),
        equity=account.day_open_equity,
    )


def buying_power(account: Account) -> Decimal:
    """Dollars of new positions that the account may open now, working orders counted as if they had filled.

    Proceeds of short sales are no part of it: they raise cash and debt alike.
    """
    tied_up = _reserved(account)
    if account.settings.account_type is AccountType.CASH:
        return max(account.cash - tied_up, ZERO)
    tied_up += account.long_value() + account.short_value()
    return max(account.equity() / account_rate(account) - tied_up, ZERO)


def free_margin(account: Account) -> Decimal:
    """Equity that no position and no working order ties up; below 0 when too much is held."""
    tied_up = _reserved(account)
    if account.settings.account_type is AccountType.CASH:
        return account.cash - tied_up
    tied_up += account.long_value() + account.short_value()
    return account.equity() - tied_up * account_rate(account)


def maintenance_deficit(account: Account) -> Decimal:
    """How far equity is below the maintenance requirement; 0 or less when the account may go on."""
    if account.settings.account_type is AccountType.CASH:
        return ZERO
    held = account.long_value() + account.short_value()
    return held * account.settings.maintenance_margin - account.equity()


def forced_closings(account: Account) -> tuple[OrderIntent, ...]:
    """Market orders that cure a margin call, largest unrealised loss first, beside what is already being closed."""
    rate = account.settings.maintenance_margin
    deficit = maintenance_deficit(account)
    closing = {symbol: _closing_quantity(account, symbol) for symbol in account.positions}
    for symbol, quantity in closing.items():
        deficit -= quantity * account.marks[symbol] * rate
    by_loss = sorted(
        account.positions.values(), key=lambda p: (p.unrealised(account.marks[p.symbol]), p.symbol)
    )
    intents = []
    for position in by_loss:
        if deficit <= 0:
            break
        relief = account.marks[position.symbol] * rate
        wanted = int((deficit / relief).to_integral_value(ROUND_CEILING))
        quantity = min(wanted, abs(position.quantity) - closing[position.symbol])
        if quantity > 0:
            deficit -= quantity * relief
            intents.append(OrderIntent(Action.CLOSE, position.symbol, quantity, tag=MARGIN_CALL))
    return tuple(intents)


def _closing_quantity(account: Account, symbol: str) -> int:
    """Shares that working market orders are about to close."""
    held = account.quantity(symbol)
    orders = [o for o in account.working.values() if o.symbol == symbol and not o.is_opening]
    total = sum(o.remaining for o in orders if o.order_type is OrderType.MARKET)
    return min(total, abs(held))


def _reserved(account: Account) -> Decimal:
    """Dollars of positions that working orders may still open."""
    total = ZERO
    for order in account.working.values():
        if order.is_opening:
            price = order.limit_price or order.stop_price or account.marks.get(order.symbol, ZERO)
            total += order.remaining * price
    return total
