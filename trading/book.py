"""The working orders of an account: how they enter, wake, shrink, are cancelled and expire."""

from __future__ import annotations

from datetime import datetime

from trading.ledger import Account
from trading.matching import trail
from trading.money import round_down, round_up
from trading.notices import Notice
from trading.orders import ApprovedOrder, Order, OrderStatus
from trading.positions import RoundTrip
from trading.types import Fill, OrderType, Side, TimeInForce


class Tape:
    """What has happened in the present step."""

    __slots__ = ("fills", "notices", "round_trips", "touched")

    def __init__(self) -> None:
        self.fills: list[Fill] = []
        self.round_trips: list[RoundTrip] = []
        self.touched: dict[int, Order] = {}
        self.notices: list[Notice] = []


def enter(account: Account, approved: ApprovedOrder, tape: Tape) -> Order:
    """Put an approved order into the book, with the exits of its bracket behind it."""
    replaced = None if approved.replaces is None else account.working.get(approved.replaces)
    order = _new_order(account, approved)
    tape.touched[order.number] = order
    if approved.replaces is not None and replaced is None:
        note = f"Order {approved.replaces} was to be replaced and is not working"
        order.move(OrderStatus.REJECTED, account.now, note)
        tape.notices.append(Notice("REPLACE_REFUSED", note, order.symbol))
        return order
    if replaced is not None:
        order.parent, order.oco_group = replaced.parent, replaced.oco_group
        end(account, replaced, OrderStatus.CANCELLED, tape, f"replaced by order {order.number}")
    account.working[order.number] = order
    if order.stop_loss is not None or order.take_profit is not None:
        _enter_exits(account, approved, order, tape)
    return order


def _new_order(account: Account, approved: ApprovedOrder) -> Order:
    state = (OrderStatus.WORKING, account.step, account.now, account.active_from())
    order = Order(account.next_order_number, *approved, *state)
    account.next_order_number += 1
    tick, is_buy = account.settings.tick_size, order.side is Side.BUY
    # A limit is never exceeded and a stop never anticipated, so each is rounded to its own safe side.
    if order.limit_price is not None:
        order.limit_price = (round_down if is_buy else round_up)(order.limit_price, tick)
    if order.stop_price is not None:
        order.stop_price = (round_up if is_buy else round_down)(order.stop_price, tick)
    elif order.order_type is OrderType.TRAILING_STOP:
        trail(order, account.marks[order.symbol])
    return order


def _enter_exits(account: Account, approved: ApprovedOrder, order: Order, tape: Tape) -> None:
    """The stop comes first: where one bar touches both exits, it is the one that fills."""
    for stop, limit in ((order.stop_loss, None), (None, order.take_profit)):
        if stop is None and limit is None:
            continue
        leg = approved._replace(
            side=order.side.opposite if order.is_opening else order.side,
            is_opening=False,
            order_type=OrderType.STOP if limit is None else OrderType.LIMIT,
            limit_price=limit,
            stop_price=stop,
            take_profit=None,
            stop_loss=None,
            replaces=None,
            # A bracket protects its position for as long as it is held.
            time_in_force=TimeInForce.GTC if order.is_opening else order.time_in_force,
            expires_at=None if order.is_opening else order.expires_at,
        )
        exit_ = _new_order(account, leg)
        exit_.oco_group = order.number
        if order.is_opening:
            exit_.parent, exit_.status = order.number, OrderStatus.HELD
        else:
            order.oco_group = order.number
        account.working[exit_.number] = exit_
        tape.touched[exit_.number] = exit_


def end(account: Account, order: Order, status: OrderStatus, tape: Tape, note: str) -> None:
    """Take an order out of the book unfilled, and with an entry the exits that were waiting for it."""
    order.move(status, account.now, note)
    account.working.pop(order.number, None)
    tape.touched[order.number] = order
    for exit_ in [o for o in account.working.values() if o.parent == order.number]:
        if exit_.status is OrderStatus.HELD:
            end(account, exit_, status, tape, note)


def wake_exits(account: Account, entry: Order, quantity: int, tape: Tape) -> list[Order]:
    """Send the exits of an entry of which `quantity` shares have just filled, for as many shares."""
    exits = [o for o in account.working.values() if o.parent == entry.number]
    for exit_ in exits:
        if exit_.status is OrderStatus.HELD:
            exit_.move(OrderStatus.WORKING, account.now)
            exit_.active_from = account.now
            exit_.quantity = 0
        exit_.quantity += quantity
        tape.touched[exit_.number] = exit_
    return exits


def shrink_siblings(account: Account, order: Order, quantity: int, tape: Tape) -> None:
    """Take what one of a group has filled from the others, and stop the entry if it was still filling."""
    for other in [o for o in account.working.values() if o.oco_group == order.oco_group and o is not order]:
        if other.status is not OrderStatus.HELD:
            _shrink(account, other, quantity, tape, f"order {order.number} of its group filled")
    entry = None if order.parent is None else account.working.get(order.parent)
    if entry is not None:
        end(account, entry, OrderStatus.CANCELLED, tape, f"its exit, order {order.number}, filled")


def trim_closing(account: Account, symbol: str, tape: Tape) -> None:
    """Keep closing orders within what is held, oldest first, so that none can open a position by itself."""
    held = account.quantity(symbol)
    groups: dict[int, list[Order]] = {}
    for order in account.working.values():
        if order.symbol == symbol and not order.is_opening and order.status is not OrderStatus.HELD:
            groups.setdefault(order.oco_group or order.number, []).append(order)
    closable = {Side.SELL: max(held, 0), Side.BUY: max(-held, 0)}
    for side, most in closable.items():
        mine = [orders for orders in groups.values() if orders[0].side is side]
        excess = sum(max(o.remaining for o in orders) for orders in mine) - most
        for orders in mine:
            cut = min(excess, max(o.remaining for o in orders))
            if cut > 0:
                excess -= cut
                for order in orders:
                    _shrink(account, order, cut, tape, "nothing left to close")


def _shrink(account: Account, order: Order, quantity: int, tape: Tape, note: str) -> None:
    if order.remaining <= quantity:
        end(account, order, OrderStatus.CANCELLED, tape, note)
    else:
        order.quantity -= quantity
        tape.touched[order.number] = order


def expire(account: Account, now: datetime, tape: Tape, *, ends_session: bool) -> None:
    """End what has outlived its time in force. Called after matching and before the decision."""
    for order in list(account.working.values()):
        if not order.is_open:
            continue  # it went with the entry before it
        is_day = order.time_in_force in (TimeInForce.DAY, TimeInForce.IOC)
        if order.expires_at is not None and now >= order.expires_at:
            end(account, order, OrderStatus.EXPIRED, tape, "good till date reached")
        elif ends_session and is_day and not _is_for_next_session(account, order):
            end(account, order, OrderStatus.EXPIRED, tape, "session ended")


def expire_all(account: Account, tape: Tape) -> None:
    """End every working order: no bar will come that could fill it."""
    for order in list(account.working.values()):
        if order.is_open:
            end(account, order, OrderStatus.EXPIRED, tape, "last bar of the run")


def _is_for_next_session(account: Account, order: Order) -> bool:
    at_open = order.order_type is OrderType.MARKET_ON_OPEN
    return at_open and order.active_from > account.session_opened_at
