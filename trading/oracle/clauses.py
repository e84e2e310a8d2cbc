"""One clause of an outside algorithm, read as orders: side, shares, kind, prices, and how long they work.

Only what is told in full is read. A clause with a condition, with a price of unknown base or with a word of trading
that leads to no order is refused, since half of an algorithm has no result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trading.ledger import Account
from trading.oracle.hours import closes_at
from trading.oracle.results import NotSupported
from trading.types import Action, OrderIntent, OrderType, TimeInForce

Level = Callable[[Decimal], Decimal]  # from the last close, or the fill, to a price

_NUMBER = r"\d+(?:\.\d+)?"
_PRICE = (
    rf"(?:\((?:the )?(?P<base>[a-z ]+?) (?P<sign>[-+*×]) (?P<distance>{_NUMBER})(?P<relative> ?%)?\)"
    rf"|(?P<percent>{_NUMBER}) ?% of (?:the )?(?:last )?(?:price|close)|@? ?\$?(?P<fixed>{_NUMBER})(?![\d.]| ?%))"
)
_LOT = r"[\d,]*\d(?![.\d])(?: shares?)?(?:(?: of)? (?!GT[CD]\b|IOC\b)[A-Z]{1,5}\b)?"
_ORDER = re.compile(
    rf"(?P<before>(?:market|limit|stop|trailing|on|open|close|if|touched|order|to|[- ])*?)(?P<side>\b(?:buy|sell|short|cover)\b)"
    rf"(?P<middle>(?: (?:stop|limit|market|order|of|for|back|short))*) (?P<lots>{_LOT}(?:(?:, | and |, and ){_LOT})*)"
)
_SIDES = re.compile(r"\b(?:buy|sell|cover|(?<!sell )short(?= \d))\b")
_CONDITIONS = re.compile(
    r"\b(?:when|whenever|if(?!-touched| touched)|unless|until|while|cross\w*|signal|above|below)\b"
)
_KINDS = (
    (r"market[- ]on[- ]open", OrderType.MARKET_ON_OPEN),
    (r"market[- ]on[- ]close", OrderType.MARKET_ON_CLOSE),
    (r"limit[- ]if[- ]touched", OrderType.LIMIT_IF_TOUCHED),
    (r"trailing", OrderType.TRAILING_STOP),
    (r"stop[- ]limit", OrderType.STOP_LIMIT),
    (r"stop", OrderType.STOP),
    (r"limit", OrderType.LIMIT),
    (r"market|at (?:the|its) (?:trade |ask |bid )?close|= trade close", OrderType.MARKET),
)
_NAMED_PRICES: dict[OrderType, tuple[tuple[str, str], ...]] = {
    OrderType.LIMIT: (("limit_price", r"(?:at|limit|@)"),),
    OrderType.STOP: (("stop_price", r"(?:at|stop|@)"),),
    OrderType.STOP_LIMIT: (("stop_price", r"(?:stop|trigger)"), ("limit_price", r"limit")),
    OrderType.LIMIT_IF_TOUCHED: (("stop_price", r"(?:trigger|touch)"), ("limit_price", r"limit")),
}


def intents_in(
    clause: str, symbol: str = "", *, base: str = "last close"
) -> list[Callable[[Account], OrderIntent]]:
    """The orders of a clause, in `symbol` where none is told; prices follow the mark of the moment.

    Raises NotSupported naming what is not understood.
    """
    if _CONDITIONS.search(clause):
        raise NotSupported(f"a condition: {clause}")
    found = list(_ORDER.finditer(clause))
    if len(found) != len(_SIDES.findall(clause)):
        raise NotSupported(f"not understood: {clause}")
    ends = [*(match.start() for match in found), len(clause)][1:]
    return [
        order
        for match, end in zip(found, ends, strict=True)
        for order in _orders(match, clause[match.end() : end], symbol, base)
    ]


def level_in(text: str, lead: str, base: str = "last close") -> Level | None:
    """The price that follows the words of `lead`, None where there is none."""
    found = re.search(rf"\b{lead}(?: price| level)?(?: of| at)? ?{_PRICE}", text) or re.search(
        rf"{lead} ?{_PRICE}", text
    )
    if found is None:
        return None
    if found["fixed"]:
        fixed = Decimal(found["fixed"])
        return lambda mark: fixed
    if found["percent"]:
        share = Decimal(found["percent"]) / 100
        return lambda mark: mark * share
    known = (
        {"fill price"}
        if base == "fill price"
        else {"last close", "close", "price", "last price", "trade close"}
    )
    if found["base"] not in known:
        raise NotSupported(f"a price from {found['base']}: {text}")
    if found["sign"] in "*×":
        factor = Decimal(found["distance"])
        return lambda mark: mark * factor
    distance = Decimal(found["sign"] + found["distance"])
    if found["relative"]:
        return lambda mark: mark * (1 + distance / 100)
    return lambda mark: mark + distance


def symbols_in(text: str) -> list[str]:
    """Every symbol that some shares are of."""
    return re.findall(r"\d(?: shares?)?(?: of)? (?!GT[CD]\b|IOC\b)([A-Z]{1,5})\b", text)


def _orders(
    match: re.Match[str], terms: str, symbol: str, base: str
) -> Iterator[Callable[[Account], OrderIntent]]:
    terms = terms.split(": ")[0]
    kind = kind_in(match["before"] + match["middle"], terms)
    levels = {name: level_in(f" {terms}", lead, base) for name, lead in _NAMED_PRICES.get(kind, ())}
    missing = [name for name, level in levels.items() if level is None]
    if missing:
        raise NotSupported(f"no {missing[0].replace('_', ' ')}: {match[0]}{terms}")
    action = Action.BUY if match["side"] in ("buy", "cover") else Action.SELL
    fixed = {
        "order_type": kind,
        **_lifetime(terms),
        **(_trail(terms) if kind is OrderType.TRAILING_STOP else {}),
    }
    for lot in re.findall(_LOT, match["lots"]):
        quantity, named = int(lot.split()[0].replace(",", "")), symbols_in(lot)
        if not named and not symbol:
            raise NotSupported(f"no symbol: {match[0]}{terms}")
        yield _maker(OrderIntent(action, named[0] if named else symbol, quantity, **fixed), levels)


def _maker(intent: OrderIntent, levels: dict[str, Level | None]) -> Callable[[Account], OrderIntent]:
    def make(account: Account) -> OrderIntent:
        mark = account.marks.get(intent.symbol, Decimal(0))
        prices: dict[str, Any] = {name: level(mark) for name, level in levels.items() if level is not None}
        return intent._replace(**prices)

    return make


def kind_in(*texts: str) -> OrderType:
    """What stands at the side of the order tells its kind; where nothing does, the terms behind the shares."""
    for text in texts:
        for pattern, kind in _KINDS:
            if re.search(pattern, text):
                return kind
    raise NotSupported(f"no kind of order: {'…'.join(texts)}")


def _trail(terms: str) -> dict[str, Any]:
    found = re.search(rf"(?P<distance>{_NUMBER}) ?(?P<percent>%|percent)?", terms)
    if found is None:
        raise NotSupported(f"no distance to trail: {terms}")
    return {"trail_percent" if found["percent"] else "trail_amount": Decimal(found["distance"])}


def _lifetime(terms: str) -> dict[str, Any]:
    """Good till cancelled, unless the terms say otherwise."""
    dated = re.search(r"\bGTD (\d{4}-\d\d-\d\d)", terms)
    if dated is not None:
        return {"time_in_force": TimeInForce.GTD, "expires_at": _close_of(dated[1])}
    named = re.search(r"\b(?:(day)(?= order|,|\)|$)|(IOC|GTC))\b", terms)
    return {"time_in_force": TimeInForce((named[1] or named[2]).lower() if named else "gtc")}


def _close_of(day: str) -> datetime:
    return closes_at(date.fromisoformat(day))
