"""The sentences in which an outside algorithm states its rules, turned into instructions.

A grammar of the few forms that the cases use. A sentence that says to trade and is not understood makes the whole
case unsupported: half of an algorithm has no result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from trading.corporate_actions import CorporateAction, Split
from trading.ledger import Account
from trading.oracle.results import NotSupported
from trading.oracle.tape import CLOSE, NEW_YORK
from trading.types import Action, Fill, OrderIntent, OrderType, TimeInForce

Intents = Callable[[Account], list[OrderIntent]]
BEFORE_OPEN = time(8)
_AT = r"at (?P<time>\d\d:\d\d)(?: on (?P<date>\d{4}-\d\d-\d\d))?"
_WHAT = r"(?P<quantity>\d+) (?P<symbol>[A-Z]+)"
_SIDE = r"(?P<side>buy|sell)"


@dataclass
class Script:
    """What to do and when. Times are New York; `on_fill` answers the fill of the first order."""

    sends: list[tuple[datetime, Intents]] = field(default_factory=list)
    actions: list[tuple[datetime, CorporateAction]] = field(default_factory=list)
    cancel_all_at: list[datetime] = field(default_factory=list)
    on_fill: Callable[[Fill], OrderIntent] | None = None


def read(case: Mapping[str, Any]) -> Script:
    """Turn a case's rules into a script, or raise NotSupported naming the sentence that was not understood."""
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
            if re.search(r"^(at|after|on) .*\b(buy|sell|send)\b", sentence):
                raise NotSupported(f"not understood: {sentence}")
    if not script.sends:
        raise NotSupported("no order found in its rules")
    return script


def _when(day: date, named: Mapping[str, Any]) -> datetime:
    return datetime.combine(day, time.fromisoformat(named["time"]), NEW_YORK)


def _action(named: Mapping[str, Any]) -> Action:
    return Action.BUY if named["side"] == "buy" else Action.SELL


def _order(named: Mapping[str, Any], kind: OrderType = OrderType.MARKET, **more: Any) -> OrderIntent:
    return OrderIntent(
        _action(named),
        named["symbol"],
        int(named["quantity"]),
        order_type=kind,
        **{"time_in_force": TimeInForce.GTC} | more,
    )


def _market(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    script.sends.append((_when(day, named), _always(_order(named))))


def _stop_from_close(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    distance = Decimal(named["sign"] + named["distance"])

    def intents(account: Account) -> list[OrderIntent]:
        return [_order(named, OrderType.STOP, stop_price=account.marks[named["symbol"]] + distance)]

    script.sends.append((_when(day, named), intents))


def _limit_share_of_price(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    def intents(account: Account) -> list[OrderIntent]:
        limit = account.marks[named["symbol"]] * Decimal(named["percent"]) / 100
        return [_order(named, OrderType.LIMIT, limit_price=limit)]

    at = _when(day, named)
    script.sends.append((at, intents))
    if "cancel it at once" in sentence:
        script.cancel_all_at.append(at)


def _on_open_twice(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    second = named | {"quantity": named["second"]}
    kind = OrderType.MARKET_ON_OPEN
    script.sends.append((_when(day, named), lambda account: [_order(named, kind), _order(second, kind)]))


def _split(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    at = datetime.combine(day, BEFORE_OPEN, NEW_YORK)
    script.actions.append((at, Split("", Decimal(named["new"]) / Decimal(named["old"]))))
    if "sell everything" in sentence:

        def intents(account: Account) -> list[OrderIntent]:
            return [
                OrderIntent(Action.CLOSE, symbol, order_type=OrderType.MARKET_ON_OPEN)
                for symbol in account.positions
            ]

        script.sends.append((at, intents))


def _stop_from_fill(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    distance = Decimal(named["sign"] + named["distance"])

    def answer(fill: Fill) -> OrderIntent:
        stop = fill.price + distance
        return _order(named | {"symbol": fill.symbol}, OrderType.STOP, stop_price=stop)

    script.on_fill = answer


def _limits(script: Script, named: dict[str, Any], day: date, sentence: str) -> None:
    intents = []
    for kind, until, price in re.findall(r"(GTC|day|GTD)(?: (\d{4}-\d\d-\d\d))? @([\d.]+)", named["list"]):
        expires = datetime.combine(date.fromisoformat(until), CLOSE, NEW_YORK) if until else None
        tif = TimeInForce(kind.lower())
        intents.append(
            _order(named, OrderType.LIMIT, limit_price=Decimal(price), time_in_force=tif, expires_at=expires)
        )
    script.sends.append((_when(day, named), lambda account: intents))


def _limit_if_touched(script: Script, sentence: str, specified: list[dict[str, Any]]) -> None:
    found = re.search(rf"limit-if-touched {_SIDE} of {_WHAT}", sentence)
    if found is None:
        raise NotSupported(f"not understood: {sentence}")
    named = found.groupdict()
    for order in specified:
        intent = _order(
            named,
            OrderType.LIMIT_IF_TOUCHED,
            limit_price=Decimal(str(order["limit"])),
            stop_price=Decimal(str(order["trigger"])),
        )
        script.sends.append((datetime.fromisoformat(order["placed_at"]), _always(intent)))


def _always(intent: OrderIntent) -> Intents:
    return lambda account: [intent]


_FORMS: tuple[tuple[str, Callable[[Script, dict[str, Any], date, str], None]], ...] = (
    (rf"{_AT}.*? {_SIDE} {_WHAT}(?: short)? at (?:the )?(?:market|trade close)", _market),
    (rf"\((?P<date>\d{{4}}-\d\d-\d\d) (?P<time>\d\d:\d\d)\) {_SIDE} {_WHAT}(?: short)? at market", _market),
    (rf"{_AT} send a market {_SIDE} of {_WHAT}", _market),
    (
        rf"{_AT} send a {_SIDE} stop of {_WHAT} at \(last close (?P<sign>[+-]) (?P<distance>[\d.]+)\)",
        _stop_from_close,
    ),
    (rf"{_AT} send a limit {_SIDE} of {_WHAT} at (?P<percent>[\d.]+) % of the price", _limit_share_of_price),
    (
        rf"{_AT} send a market-on-open {_SIDE} of {_WHAT} and a plain market \w+ of (?P<second>\d+)",
        _on_open_twice,
    ),
    (r"(?P<new>\d+):(?P<old>\d+) split,? before the open of (?P<date>\d{4}-\d\d-\d\d)", _split),
    (
        rf"on its fill send a {_SIDE} stop for (?P<quantity>\d+) at \(fill price (?P<sign>[+-]) (?P<distance>[\d.]+)\)",
        _stop_from_fill,
    ),
    (rf"{_AT} send \w+ limit {_SIDE}s of {_WHAT}: (?P<list>.*)", _limits),
)
