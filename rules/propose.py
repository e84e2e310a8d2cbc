"""From an intent to the orders that the gates judge: split at zero, priced at worst, set into the account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from rules.exposure import reserved_by, worst_price
from rules.intents import held_before, side_of, whole_shares
from rules.limits import EXCHANGE_ZONE
from rules.order_prices import price_problems
from rules.proposal import NO_SIZES, Proposal, Sizes, Unclear, Venue
from trading.ledger import Account
from trading.money import ZERO
from trading.orders import Order
from trading.types import Action, OrderIntent, Side, new

REGULAR_OPEN = time(9, 30)


def propose(intent: OrderIntent, account: Account, venue: Venue) -> list[Proposal]:
    """The closing and the opening order that an intent comes to, in this order; one of the two as a rule.

    What a sell takes beyond the shares held opens a short, what a buy takes beyond the shares short opens a long.
    An intent without sane quantity or prices comes to one order without size.
    """
    symbol, equity, mark = intent.symbol, account.equity(), account.marks.get(intent.symbol)
    beside: Sequence[Order] = ()
    if account.working:
        beside = [order for order in account.working.values() if order.number != intent.replaces]
    held = held_before(symbol, account, beside)
    side = side_of(intent.action, held)
    closable = max(-held if side is Side.BUY else held, 0)
    problems = price_problems(intent, account.now)
    shares, unclear = 0, None
    # A percentage needs the prices; a number of shares is judged beside them.
    if not problems or intent.quantity is not None:
        try:
            shares = whole_shares(intent, account, equity, side, closable)
        except Unclear as error:
            unclear = error
    is_sized = shares > 0 and mark is not None and not problems
    opening = shares - closable
    sizes = NO_SIZES
    if opening > 0 and mark is not None and is_sized:
        sizes = _sizes(intent, account, side, opening, mark, beside)
    is_opening = opening > 0 if shares else not closable and intent.action is not Action.CLOSE
    # fmt: off
    whole = new(Proposal, (
        intent, venue, symbol, side, shares, is_opening, is_sized, sizes, closable, shares, 0, beside, equity, mark,
        _trades_at(account, venue), problems, unclear,
    ))
    # fmt: on
    return _flip(whole) if is_opening and closable else [whole]


def _flip(whole: Proposal) -> list[Proposal]:
    """A bracket's exits belong to what opens; an order that is replaced gave way to what closes."""
    intent, closable = whole.intent, whole.closable
    closing = whole._replace(
        intent=intent._replace(take_profit=None, stop_loss=None),
        quantity=closable,
        is_opening=False,
        sizes=NO_SIZES,
    )
    opening = whole._replace(intent=intent._replace(replaces=None), quantity=whole.asked - closable, ahead=1)
    return [closing, opening]


def _sizes(
    intent: OrderIntent, account: Account, side: Side, shares: int, mark: Decimal, beside: Sequence[Order]
) -> Sizes:
    price = worst_price(intent, side, mark)
    value = shares * max(price, mark)
    held = side.sign * account.quantity(intent.symbol) * mark
    reserved = reserved_by(beside, intent.symbol, side, account.marks)
    cost = shares * price if side is Side.BUY else ZERO
    resulting = max(held, ZERO) + reserved.same_way + value
    return new(Sizes, (cost, value, reserved.cost, reserved.value, max(-held, ZERO), resulting))


def _trades_at(account: Account, venue: Venue) -> datetime | None:
    """Without a calendar an order trades on at once, or between daily bars at the next day's open."""
    if venue.next_trade_at is not None:
        return venue.next_trade_at(account.active_from())
    if not account.settings.daily_bars:
        return account.active_from()
    tomorrow = account.now.astimezone(EXCHANGE_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, REGULAR_OPEN, EXCHANGE_ZONE)
