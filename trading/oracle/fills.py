"""Outside cases of category "fills": one order, some bars, and what should have filled after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from trading.ledger import Account
from trading.observe import open_day
from trading.oracle.conventions import fill_settings
from trading.oracle.desk import Desk, hold
from trading.oracle.results import Check, NotSupported, check
from trading.session import Decide
from trading.types import Action, Bar, Decision, Fill, OrderIntent, OrderType, Quote, Side, TimeInForce

NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE = time(9, 30), time(16)
CASH = Decimal(1_000_000_000)
TOLERANCE = 1e-9

_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,
    "market_on_open": OrderType.MARKET_ON_OPEN,
    "market_on_close": OrderType.MARKET_ON_CLOSE,
    "limit_if_touched": OrderType.LIMIT_IF_TOUCHED,
}


@dataclass
class Seen:
    """The bars of a step that end at one time."""

    end: datetime
    starts: datetime
    bars: dict[str, Bar] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)


def run(case: Mapping[str, Any]) -> tuple[list[Check], dict[str, Any]]:
    """Feed the case step by step and compare after each; also the settings that its convention was mapped to."""
    settings, named = fill_settings(case)
    order, steps = case["order"], [list(_seen(step, case["order"])) for step in case["steps"]]
    submitted = _when(order["submitted"])
    first = min([submitted, *(seen.starts for step in steps for seen in step)])
    desk = Desk(CASH, settings, first)
    decision = Decision(tuple(_intents(order)))

    def send(account: Account) -> Decision:
        return decision

    _hold(desk, order, steps)
    ends = [seen.end for step in steps for seen in step]
    is_sent = False
    checks: list[Check] = []
    if not steps:
        raise ValueError("it has no steps")
    for index, step in enumerate(steps):
        before = len(desk.fills)
        for seen in step:
            if not is_sent and submitted < seen.end:
                desk.advance(submitted, decide=send)
                is_sent = True
            sends_now = not is_sent and submitted == seen.end
            _feed(desk, seen, send if sends_now else hold)
            is_sent = is_sent or sends_now
            ends.remove(seen.end)
        if not is_sent and all(end > submitted for end in ends):
            desk.advance(submitted, decide=send)
            is_sent = True
        checks += _compare(index + 1, case["steps"][index]["expect"], desk, desk.fills[before:])
    return checks, named


def _feed(desk: Desk, seen: Seen, decide: Decide) -> None:
    local = seen.starts.astimezone(NEW_YORK)
    opened_on = desk.account.session_opened_at.astimezone(NEW_YORK).date()
    if local.time() >= OPEN and (opened_on != local.date() or desk.account.session == 1):
        open_day(desk.account, datetime.combine(local.date(), OPEN, NEW_YORK))
    # A bar of a day may be said to end at the midnight after it.
    ends = (
        local.time() < CLOSE <= seen.end.astimezone(NEW_YORK).time() or seen.end.date() > seen.starts.date()
    )
    desk.advance(seen.end, bars=seen.bars, quotes=seen.quotes, decide=decide, ends_session=ends)


def _seen(step: Mapping[str, Any], order: Mapping[str, Any]) -> Iterator[Seen]:
    bars = sorted(step["bars"], key=lambda bar: bar["end"])
    for end, group in groupby(bars, key=lambda bar: bar["end"]):
        seen = Seen(_when(end), _when(bars[0]["start"]))
        for bar in group:
            seen.starts = _when(bar["start"])
            symbol = bar.get("symbol", "X")
            if bar["kind"] == "quote":
                sides = (bar.get("bid") or {}, bar.get("ask") or {})
                prices = [side.get(p) for side in sides for p in ("open", "high", "low", "close")]
                seen.quotes[symbol] = Quote(*(None if price is None else _decimal(price) for price in prices))
            elif order.get("extended_hours", True) or OPEN <= seen.starts.time() < CLOSE:
                known = [_decimal(bar.get(p, bar["close"])) for p in ("open", "high", "low", "close")]
                # A few test bars close outside of their own range; the broker takes no such bar.
                volume = bar.get("volume") or 0
                seen.bars[symbol] = Bar(seen.starts, known[0], max(known), min(known), known[3], volume)
        yield seen


def _hold(desk: Desk, order: Mapping[str, Any], steps: list[list[Seen]]) -> None:
    """Give the desk the position that a case starts with."""
    entry = order.get("entry", "")
    if entry.startswith("held"):
        seen = steps[0][0]
        words = entry.split()
        price = _decimal(words[-1]) if len(words) > 1 else seen.bars["X"].open
        side = Side(order["side"])
        zero = Decimal(0)
        desk.account.apply(Fill(0, "X", side, order["quantity"], price, price, zero, desk.account.now, 0))


def _intents(order: Mapping[str, Any]) -> Iterator[OrderIntent]:
    kind, quantity = order["type"], order["quantity"]
    if kind == "combo_market":
        for leg in order["legs"]:
            yield OrderIntent(_action(order["side"]), leg["symbol"], leg["quantity"])
    elif kind == "bracket":
        yield _bracket(order)
    elif kind in _TYPES:
        yield OrderIntent(
            _action(order["side"]),
            "X",
            quantity,
            order_type=_TYPES[kind],
            limit_price=_price(order, "limit_price"),
            stop_price=_price(order, "stop_price", "trigger_price", "initial_stop"),
            trail_amount=_price(order, "trail_amount"),
            trail_percent=_price(order, "trail_percent"),
            time_in_force=TimeInForce.GTC,
        )
    else:
        raise NotSupported(f"order type {kind}")


def _bracket(order: Mapping[str, Any]) -> OrderIntent:
    stop, target = _price(order, "stop_loss"), _price(order, "take_profit")
    entry, quantity = order["entry"], order["quantity"]
    if entry.startswith("held"):
        side = _action(Side(order["side"]).opposite)
        if stop is None:
            return OrderIntent(
                side,
                "X",
                quantity,
                order_type=OrderType.LIMIT,
                limit_price=target,
                time_in_force=TimeInForce.GTC,
            )
        return OrderIntent(
            side,
            "X",
            quantity,
            order_type=OrderType.STOP,
            stop_price=stop,
            take_profit=target,
            time_in_force=TimeInForce.GTC,
        )
    if entry not in _TYPES:
        raise NotSupported(f"bracket entry {entry}")
    return OrderIntent(
        _action(order["side"]),
        "X",
        quantity,
        order_type=_TYPES[entry],
        limit_price=_price(order, "limit_price"),
        stop_price=_price(order, "stop_price"),
        stop_loss=stop,
        take_profit=target,
        time_in_force=TimeInForce.GTC,
    )


def _compare(number: int, expect: Mapping[str, Any], desk: Desk, fills: list[Fill]) -> Iterator[Check]:
    yield check(f"step {number} filled", expect["filled"], bool(fills))
    last = fills[-1] if fills else None
    if "price" in expect:
        yield check(f"step {number} price", expect["price"], last and last.price, TOLERANCE)
    if "quantity" in expect:
        yield check(f"step {number} quantity", expect["quantity"], sum(fill.quantity for fill in fills))
    for name, wanted in (("entry_price", fills[:1]), ("exit_price", fills[-1:])):
        if name in expect:
            price = wanted[0].price if wanted else None
            yield check(f"step {number} {name}", expect[name], price, TOLERANCE)
    for leg in expect.get("legs", ()):
        mine = [fill for fill in fills if fill.symbol == leg["symbol"]]
        found = {"price": mine[0].price, "quantity": mine[0].quantity} if mine else None
        expected = {"price": leg["price"], "quantity": leg["quantity"]}
        yield check(f"step {number} {leg['symbol']}", expected, found, TOLERANCE)
    if "stop_price_after" in expect:
        yield check(f"step {number} stop", expect["stop_price_after"], desk.order(1).stop_price, TOLERANCE)
    if "touched" in expect:
        yield check(f"step {number} touched", expect["touched"], desk.order(1).is_triggered)


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def _decimal(value: float | str) -> Decimal:
    return Decimal(str(value))


def _price(order: Mapping[str, Any], *names: str) -> Decimal | None:
    return next((_decimal(order[name]) for name in names if name in order), None)


def _action(side: str) -> Action:
    return Action.BUY if side == "buy" else Action.SELL
