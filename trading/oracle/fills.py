"""Outside cases of category "fills": one order, some bars, and what should have filled after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from trading.ledger import Account
from trading.money import to_decimal
from trading.observe import open_day
from trading.oracle.conventions import fill_settings, sees_closes_only
from trading.oracle.desk import Desk, hold
from trading.oracle.hours import NEW_YORK, closes_at, opens_at
from trading.oracle.order_words import ORDER_FIELDS, intents_of, when
from trading.oracle.results import Check, NotSupported, check
from trading.session import Decide
from trading.types import Bar, Decision, Fill, Quote, Side

CASH = Decimal(1_000_000_000)
TOLERANCE = 1e-9
_EXPECT_FIELDS = frozenset(
    {"filled", "price", "quantity", "entry_price", "exit_price", "legs", "stop_price_after", "touched"}
)


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
    order, is_flat = case["order"], sees_closes_only(case)
    symbol = _symbol(case)
    steps = [list(_seen(step, order, symbol, is_flat=is_flat)) for step in case["steps"]]
    submitted = when(order["submitted"])
    first = min([submitted, *(seen.starts for step in steps for seen in step)])
    desk = Desk(CASH, settings, first)
    decision = Decision(tuple(intents_of(order, symbol)))

    def send(account: Account) -> Decision:
        return decision

    _hold(desk, order, symbol, steps)
    _check_start(order, symbol, submitted, steps)
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


def unread(case: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that the case has and nobody here knows."""
    expected = {f"expect.{name}" for step in case["steps"] for name in step["expect"].keys() - _EXPECT_FIELDS}
    return tuple(sorted(expected | {f"order.{name}" for name in case["order"].keys() - ORDER_FIELDS}))


def _feed(desk: Desk, seen: Seen, decide: Decide) -> None:
    starts, end = seen.starts.astimezone(NEW_YORK), seen.end.astimezone(NEW_YORK)
    opens, closes = opens_at(starts.date()), closes_at(starts.date())
    opened_on = desk.account.session_opened_at.astimezone(NEW_YORK).date()
    if starts >= opens and (opened_on != starts.date() or desk.account.session == 1):
        open_day(desk.account, opens)
    ends = starts < closes <= end
    desk.advance(seen.end, bars=seen.bars, quotes=seen.quotes, decide=decide, ends_session=ends)


def _symbol(case: Mapping[str, Any]) -> str:
    """What the order is in: as it says, or what all bars are of."""
    named = {bar["symbol"] for step in case["steps"] for bar in step["bars"] if "symbol" in bar}
    if "legs" in case["order"] or not named:
        return str(case["order"].get("symbol", "X"))
    if "symbol" not in case["order"] and len(named) > 1:
        raise ValueError(f"its order names no symbol, and its bars are of {', '.join(sorted(named))}")
    return str(case["order"].get("symbol", next(iter(named))))


def _seen(step: Mapping[str, Any], order: Mapping[str, Any], own: str, *, is_flat: bool) -> Iterator[Seen]:
    bars = sorted(step["bars"], key=lambda bar: bar["end"])
    for end, group in groupby(bars, key=lambda bar: bar["end"]):
        seen = Seen(when(end), _start(bars[0]))
        for bar in group:
            seen.starts = _start(bar)
            symbol = bar.get("symbol", own)
            if bar["kind"] == "quote":
                sides = (bar.get("bid") or {}, bar.get("ask") or {})
                prices = [side.get(p) for side in sides for p in ("open", "high", "low", "close")]
                seen.quotes[symbol] = Quote(
                    *(None if price is None else to_decimal(price) for price in prices)
                )
            elif order.get("extended_hours", True) or _is_regular(seen.starts):
                seen.bars[symbol] = _bar(bar, seen.starts, is_flat=is_flat)
        yield seen


def _bar(bar: Mapping[str, Any], start: datetime, *, is_flat: bool) -> Bar:
    names = ("close",) * 4 if is_flat else ("open", "high", "low", "close")
    known = [to_decimal(bar.get(name, bar["close"])) for name in names]
    # A few test bars close outside of their own range; the broker takes no such bar.
    return Bar(start, known[0], max(known), min(known), known[3], bar.get("volume") or 0)


def _start(bar: Mapping[str, Any]) -> datetime:
    """When a bar begins to trade: an hour from nine or a day from midnight waits for the open."""
    start, opens = when(bar["start"]), opens_at(when(bar["start"]).date())
    is_longer = when(bar["end"]) - start >= timedelta(hours=1)
    return opens if is_longer and start < opens < when(bar["end"]) else start


def _is_regular(start: datetime) -> bool:
    return opens_at(start.date()) <= start < closes_at(start.date())


def _check_start(order: Mapping[str, Any], symbol: str, submitted: datetime, steps: list[list[Seen]]) -> None:
    """Refuse a trailing stop that neither is told where to begin nor has a price to begin from."""
    is_told = "trailing_stop" not in (order["type"], order.get("entry")) or bool(
        {"initial_stop", "stop_price"} & order.keys()
    )
    shown = any(symbol in seen.bars and seen.end <= submitted for step in steps for seen in step)
    if not is_told and not shown:
        raise NotSupported("a trailing stop without initial_stop, before any price was seen")


def _hold(desk: Desk, order: Mapping[str, Any], symbol: str, steps: list[list[Seen]]) -> None:
    """Give the desk the position that a case starts with."""
    entry = order.get("entry", "")
    if entry.startswith("held"):
        words = entry.split()
        opens = (seen.bars[symbol].open for step in steps for seen in step if symbol in seen.bars)
        price = to_decimal(words[-1]) if len(words) > 1 else next(opens, Decimal(1))
        side = Side(order["side"])
        zero = Decimal(0)
        desk.account.apply(Fill(0, symbol, side, order["quantity"], price, price, zero, desk.account.now, 0))


def _compare(number: int, expect: Mapping[str, Any], desk: Desk, fills: list[Fill]) -> Iterator[Check]:
    if "filled" in expect:
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
