"""The changing end of a prompt: clock, account, positions, working orders, and what would pass right now."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from agents.prompts.briefing import Setting
from agents.prompts.diary import SAID_BY_PRICES, by_whom
from agents.prompts.words import clock, day, money, percent, plain, price, signed_money, signed_percent
from rules.largest import Largest, largest_order
from trading.ledger import Account
from trading.orders import Order, OrderStatus
from trading.session import Approve
from trading.types import Action

SEEN_ORDERS = 12


def now_text(setting: Setting, account: Account, approve: Approve | None, why: str = "") -> str:
    """The present, a line a fact; `why` the model is asked at this bar of all.

    Asks the door what would pass, if anything can still be sent, and changes nothing.
    """
    return "\n".join(
        [
            *([f"You are asked because of: {why}."] if why else []),
            clock_line(setting, account.now),
            account_line(account),
            holdings_line(account),
            orders_line(account),
            *halt_lines(account),
            *(largest_lines(setting, account, approve) if approve else ()),
        ]
    )


def clock_line(setting: Setting, now: datetime) -> str:
    if setting.is_daily:
        return f"Clock: {day(now)}, after the close."
    minutes = int((setting.closes - now).total_seconds()) // 60
    return f"Clock: {clock(now)} exchange time; the session ends in {minutes} minutes."


def account_line(account: Account) -> str:
    equity = account.equity()
    words = [
        f"Account: equity {money(equity)}, {signed_percent(equity / account.initial_cash - 1)} since the start",
        f"{signed_money(equity - account.day_open_equity)} today",
        f"{percent(account.drawdown())} below its peak",
        f"cash {money(account.cash)}",
        f"realised {signed_money(account.realised)}",
        f"fees {money(account.fees_paid)}",
    ]
    return ", ".join(words) + "."


def holdings_line(account: Account) -> str:
    found = []
    for symbol, position in sorted(account.positions.items()):
        mark = account.marks[symbol]
        average = position.average_price
        gain = f", {signed_money(position.quantity * (mark - average))}" if average is not None else ""
        at = f" at {price(average)}" if average is not None else ""
        found.append(f"{symbol} {position.quantity:+d}{at}, now {price(mark)}{gain}")
    return f"Holding: {'; '.join(found) or 'nothing'}."


def orders_line(account: Account) -> str:
    orders = sorted(account.working.values(), key=lambda order: order.number)
    found = [order_words(order) for order in orders[:SEEN_ORDERS]]
    if len(orders) > SEEN_ORDERS:
        found.append(f"and {len(orders) - SEEN_ORDERS} more")
    return f"Working orders: {'; '.join(found) or 'none'}."


def halt_lines(account: Account) -> list[str]:
    """Why nothing can be opened until the session ends, where something has stopped trading."""
    return [
        f"Trading is stopped until the session ends, since {clock(halt.at)}: {halt.verdict.message} ({halt.verdict.source})"
        for halt in account.memory.halts
    ]


def order_words(order: Order) -> str:
    words = [f"order {order.number} {order.side} {order.remaining} {order.symbol}"]
    if order.order_type not in SAID_BY_PRICES:
        words.append(order.order_type)
    levels = (("limit", order.limit_price), ("stop", order.stop_price))
    words += [f"{name} {price(level)}" for name, level in levels if level is not None]
    words.append(order.time_in_force)
    if order.expires_at is not None:
        words.append(f"until {day(order.expires_at)} {clock(order.expires_at)}")
    if order.tag:
        words.append(f"by {by_whom(order.tag)}")
    if order.status is OrderStatus.HELD:
        words.append(f"waits for order {order.parent}")
    return " ".join(words)


def largest_lines(setting: Setting, account: Account, approve: Approve) -> list[str]:
    """For each symbol the most that could be bought, and sold short where that is allowed, as a market order now."""
    model = setting.snapshot["model"]
    actions = (
        (Action.BUY, Action.SHORT) if model["allow_shorting"] and model["margin_account"] else (Action.BUY,)
    )
    return [
        largest_words(
            symbol, action, largest_order(approve, account, symbol, action), account.marks.get(symbol)
        )
        for symbol in setting.symbols
        for action in actions
    ]


def largest_words(symbol: str, action: Action, found: Largest, mark: Decimal | None) -> str:
    reasons = sources(found)
    if not found.shares:
        return f"Largest {action} of {symbol} that would pass: none ({reasons})."
    worth = f", worth {money(found.shares * mark)}" if mark is not None else ""
    return f"Largest {action} of {symbol} that would pass: {plain(found.shares)} shares{worth} ({reasons})."


def sources(found: Largest) -> str:
    """The limits that bind, each once, with whose they are."""
    return (
        ", ".join(dict.fromkeys(f"{verdict.code}, {verdict.source}" for verdict in found.verdicts))
        or "no limit"
    )


def opening_words(setting: Setting) -> tuple[str, str]:
    """Clock and account before the first bar."""
    at = (
        day(setting.opens) if setting.is_daily else f"{clock(setting.opens)} exchange time, the session opens"
    )
    return f"Clock: {at}.", f"You hold {money(setting.initial_cash)} in cash and nothing else."
