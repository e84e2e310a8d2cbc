"""The sentences in which an outside algorithm states its rules, turned into instructions.

A grammar of the few forms that the cases use. A sentence that says to trade and is not understood makes the whole
case unsupported: half of an algorithm has no result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from trading.corporate_actions import CorporateAction, Dividend, Split
from trading.ledger import Account
from trading.oracle.clauses import intents_in, kind_in, level_in, symbols_in
from trading.oracle.hours import NEW_YORK
from trading.oracle.results import NotSupported
from trading.types import Action, Fill, OrderIntent, OrderType, TimeInForce

Intents = Callable[[Account], list[OrderIntent]]
BEFORE_OPEN = time(8)
_TIME, _DATE = r"(?P<time>\d\d:\d\d)", r"(?P<date>\d{4}-\d\d-\d\d)"
_ANCHORS = (
    rf"\(?\b(?:at |on )?{_DATE},? (?:at )?{_TIME}\)?",
    rf"\b(?P<every>every|each) (?:trading )?day at {_TIME}",
    rf"\bat {_TIME} (?:on )?(?P<every>every|each) (?:trading )?day",
    rf"\bat {_TIME}(?: on {_DATE})?",
    rf"\bon {_DATE}",  # before its open, for what waits for an auction
)
_WAITS = re.compile(r"^(?!.*\b(?:at market|limit|stop)\b).*\bmarket[- ]on[- ](?:open|close)\b")
_TRADES = re.compile(
    r"\b(?:buy|sell|short|cover|send|cancel|liquidate|close (?:all|everything)|move|update|change)\b"
)
_INSTRUCTS = re.compile(
    r"^(?:at|on|after|before|every|each|then|when|whenever|if|from|once|send|buy|sell|short|cover|cancel|while)\b"
)
_EVERYTHING = re.compile(r"\b(?:sell|close|cover) (?:all|everything|it|them|the position)\b|\bliquidate\b")
_MOVES = re.compile(
    r"\b(?:move|update|change|raise|lower) (?:its|the) (?P<which>limit|stop)(?: price)?(?P<to> to .*)"
)
# What explains or forecasts, and is no part of what to do.
_REMARKS = re.compile(r"\((?!(?:the )?[a-z ]+ [-+*×] )[^)]*\)|,? (?:and )?hold\b.*$|,? i\.e\. .*$|: .*$")


@dataclass
class Script:
    """What to do and when. Times are New York; `on_fill` answers the fill of the first order."""

    sends: list[tuple[datetime, Intents]] = field(default_factory=list)
    actions: list[tuple[datetime, CorporateAction]] = field(default_factory=list)
    cancel_all_at: list[datetime] = field(default_factory=list)
    on_fill: Callable[[Fill, Account], list[OrderIntent]] | None = None
    symbol: str = ""  # the last that was named


def read(case: Mapping[str, Any], days: Callable[[], Sequence[date]]) -> Script:
    """Turn a case's rules into a script, or raise NotSupported naming the sentence that was not understood.

    `days` tells those of its data, for what is done on every one of them.
    """
    script = Script()
    specified = case.get("reproduced_by_us", {}).get("orders_spec")
    if specified is not None:
        _limit_if_touched(script, case["rules"][0], specified)
        return script
    day: date | None = None
    for sentence in case["rules"]:
        for pattern, reader in _FORMS:
            found = re.search(pattern, sentence)
            if found is not None:
                named = found.groupdict()
                day = date.fromisoformat(named["date"]) if named.get("date") else day
                if day is None:
                    raise NotSupported(f"no date in: {sentence}")
                reader(script, named, day, sentence)
                break
        else:
            if _INSTRUCTS.search(sentence) and _TRADES.search(sentence):
                day = _instructions(script, sentence, day, days)
    if not script.sends:
        raise NotSupported("no order found in its rules")
    return script


def _instructions(
    script: Script, sentence: str, day: date | None, days: Callable[[], Sequence[date]]
) -> date | None:
    """Read a sentence clause by clause; return the day that the next one goes on from."""
    times: list[datetime] = []
    for clause in re.split(r"; |, then |\bthen (?=at\b)", sentence):
        found = next((m for anchor in _ANCHORS if (m := re.search(anchor, clause))), None)
        if found is not None:
            named = found.groupdict()
            day = date.fromisoformat(named["date"]) if named.get("date") else day
            at = time.fromisoformat(named["time"]) if "time" in named else BEFORE_OPEN
            chosen = days() if named.get("every") else [day] if day else []
            times = [datetime.combine(each, at, NEW_YORK) for each in chosen]
            clause = clause[: found.start()] + clause[found.end() :]
        clause = _REMARKS.sub("", clause)
        if _TRADES.search(clause):
            if not times or (times[0].time() == BEFORE_OPEN and not _WAITS.search(clause)):
                raise NotSupported(f"not understood, for it has no time: {sentence}")
            for at_time in times:
                _do(script, clause, at_time)
            script.symbol = [script.symbol, *symbols_in(clause)][-1]
    return day


def _do(script: Script, clause: str, at: datetime) -> None:
    moved = _MOVES.search(clause)
    if moved is not None:
        script.sends.append((at, _moving(moved["which"], moved["to"])))
        return
    if _EVERYTHING.search(clause):
        script.sends.append((at, _closing(_closing_kind(clause))))
        return
    makers = intents_in(clause, script.symbol)
    if makers:
        script.sends.append((at, lambda account: [make(account) for make in makers]))
    if re.search(r"\bcancel\b", clause):
        script.cancel_all_at.append(at)
    elif not makers:
        raise NotSupported(f"not understood: {clause}")


def _closing_kind(clause: str) -> OrderType:
    """How all that is held is to be closed, where the clause says nothing else."""
    kind = kind_in(clause, "market")
    others = intents_in(_EVERYTHING.sub("", clause), "?")
    if others or kind not in (OrderType.MARKET, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE):
        raise NotSupported(f"not understood: {clause}")
    return kind


def _closing(kind: OrderType) -> Intents:
    return lambda account: [OrderIntent(Action.CLOSE, name, order_type=kind) for name in account.positions]


def _moving(which: str, to: str) -> Intents:
    """The latest working order that has such a price, sent anew with another."""
    level = level_in(to, "to")
    if level is None:
        raise NotSupported(f"no price in: {which}{to}")
    name = f"{which}_price"

    def intents(account: Account) -> list[OrderIntent]:
        found = [each for each in account.working.values() if getattr(each, name) is not None]
        if not found:
            return []
        order = found[-1]
        kept: dict[str, Any] = {
            each: getattr(order, each)
            for each in ("order_type", "limit_price", "stop_price", "time_in_force")
        }
        action = Action.BUY if order.side.sign > 0 else Action.SELL
        new = OrderIntent(action, order.symbol, order.remaining, replaces=order.number, **kept)
        changed: dict[str, Any] = {name: level(account.marks[order.symbol])}
        return [new._replace(**changed)]

    return intents


def _on_open_twice(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    kind = OrderType.MARKET_ON_OPEN
    side = Action.BUY if named["side"] == "buy" else Action.SELL
    both = [
        OrderIntent(side, named["symbol"], int(named[n]), order_type=kind) for n in ("quantity", "second")
    ]
    at = datetime.combine(day, time.fromisoformat(named["time"]), NEW_YORK)
    script.sends.append((at, lambda account: both))


def _split(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    at = datetime.combine(day, BEFORE_OPEN, NEW_YORK)
    script.actions.append((at, Split("", Decimal(named["new"]), per=Decimal(named["old"]))))
    if "sell everything" in sentence:
        script.sends.append((at, _closing(OrderType.MARKET_ON_OPEN)))


def _dividend(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    at = datetime.combine(day, BEFORE_OPEN, NEW_YORK)
    script.actions.append((at, Dividend("", Decimal(named["amount"]))))


def _on_fill(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    told = _REMARKS.sub("", named["orders"])

    def answer(fill: Fill, account: Account) -> list[OrderIntent]:
        # Prices in the answer count from the fill, and the symbol is its own.
        makers = intents_in(told, fill.symbol, base="fill price")
        seen = account.copy()
        seen.marks[fill.symbol] = fill.price
        return [make(seen) for make in makers]

    script.on_fill = answer


def _limits(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    at = datetime.combine(day, time.fromisoformat(named["time"]), NEW_YORK)
    words = f"limit {named['side']} of {named['quantity']} {named['symbol']}"
    told = [f"{words} @{price}, {until}" for until, price in _each_limit(named["list"])]
    makers = [make for clause in told for make in intents_in(clause)]
    script.sends.append((at, lambda account: [make(account) for make in makers]))


def _each_limit(listed: str) -> Iterator[tuple[str, str]]:
    for item in listed.split(", "):
        until, _, price = item.partition(" @")
        yield until, price


def _limit_if_touched(script: Script, sentence: str, specified: list[dict[str, Any]]) -> None:
    found = re.search(
        r"limit-if-touched (?P<side>buy|sell) of (?P<quantity>\d+) (?P<symbol>[A-Z]+)", sentence
    )
    if found is None:
        raise NotSupported(f"not understood: {sentence}")
    side = Action.BUY if found["side"] == "buy" else Action.SELL
    for order in specified:
        intent = OrderIntent(
            side,
            found["symbol"],
            int(found["quantity"]),
            order_type=OrderType.LIMIT_IF_TOUCHED,
            limit_price=Decimal(str(order["limit"])),
            stop_price=Decimal(str(order["trigger"])),
            time_in_force=TimeInForce.GTC,
        )
        script.sends.append((datetime.fromisoformat(order["placed_at"]), _always(intent)))


def _always(intent: OrderIntent) -> Intents:
    return lambda account: [intent]


_FORMS: tuple[tuple[str, Callable[[Script, dict[str, Any], date, str], None]], ...] = (
    (
        rf"at {_TIME}(?: on {_DATE})? send a market-on-open (?P<side>buy|sell) of (?P<quantity>\d+) (?P<symbol>[A-Z]+) "
        r"and a plain market \w+ of (?P<second>\d+)",
        _on_open_twice,
    ),
    (rf"(?P<new>\d+):(?P<old>\d+) (?:reverse )?split,? before the open of {_DATE}", _split),
    (rf"dividend of \$?(?P<amount>[\d.]+\d).*?{_DATE}", _dividend),
    (r"^on its fill send (?P<orders>.*)", _on_fill),
    (
        rf"at {_TIME}(?: on {_DATE})? send \w+ limit (?P<side>buy|sell)s of (?P<quantity>\d+) (?P<symbol>[A-Z]+): "
        r"(?P<list>.*)",
        _limits,
    ),
)
