"""What rules come to together: whether anything can be opened at all, and which of them never matters.

A usual day is walked once; at every minute a few small orders are put to each rule alone. Only rules about time, symbols,
directions and types of orders are judged by that: what the others say depends on what is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from itertools import combinations
from typing import Any

from rules.kinds.base import Verb
from rules.limits import EffectiveLimits
from rules.lint import Finding, Reading, Severity, covers, read
from rules.proposal import Venue
from rules.propose import propose
from rules.rule_checks import bind
from rules.snapshot import RuleSpec
from rules.trials.asking import Stage, buy, short
from rules.trials.examples import SPARE
from rules.trials.market import MINUTES, market_of
from trading.ledger import Account
from trading.types import Action, OrderIntent, OrderType

JUDGED = frozenset({"timing", "screening", "strategy"})
MOST_SYMBOLS = 6
EVERY = 5  # minutes
DENIES = frozenset({Verb.REJECT_TRADE.value, Verb.SKIP_MINUTE.value})
Asked = tuple[int, int]  # the step, and which of the orders
# Every type of order beside the one at market, with its prices as distances from the mark.
ENTRIES: Sequence[tuple[OrderType, Mapping[str, int]]] = (
    (OrderType.LIMIT, {"limit_price": 0}),
    (OrderType.STOP, {"stop_price": 1}),
    (OrderType.STOP_LIMIT, {"stop_price": 1, "limit_price": 2}),
    (OrderType.TRAILING_STOP, {"trail_amount": 0}),
    (OrderType.MARKET_ON_OPEN, {}),
    (OrderType.MARKET_ON_CLOSE, {}),
    (OrderType.LIMIT_IF_TOUCHED, {"stop_price": -1, "limit_price": 0}),
)
DAYS_MATTER = frozenset({"only_on_dates", "only_on_weekdays", "min_hold"})  # one day says nothing about them


@dataclass(frozen=True)
class Told:
    """What a rule said to everything that was asked."""

    reading: Reading
    passed: frozenset[Asked]
    denied: frozenset[Asked]

    @property
    def name(self) -> str:
        return self.reading.rule.name


def lint_together(
    rules: Sequence[RuleSpec], limits: EffectiveLimits, *, cash: Decimal, symbols: Sequence[str]
) -> list[Finding]:
    """What active rules come to together, under the hours, directions and order types of profile and Model."""
    judged: list[Reading] = []
    for rule in rules:
        reading = read(rule)
        if isinstance(reading, Reading) and is_judged(reading):
            judged.append(reading)
    if not judged:
        return []
    told, allowed = ask_all(judged, limits, cash, universe(judged, symbols))
    found = list(alone(told, allowed))
    blamed = {finding.rule for finding in found}
    sound = [each for each in told if each.name not in blamed and each.passed]
    found += contradictions(sound, allowed)
    found += never_matter(sound, allowed)
    return found


def is_judged(reading: Reading) -> bool:
    return reading.kind.category in JUDGED and reading.kind.name not in DAYS_MATTER


def universe(readings: Sequence[Reading], symbols: Sequence[str]) -> tuple[str, ...]:
    """The symbols that the rules name, and some that they don't."""
    named = [symbol for each in readings for symbol in each.rule.applies_to_symbols or ()]
    listed = [symbol for each in readings for symbol in getattr(each.params, "symbols", ())]
    return tuple(dict.fromkeys([*symbols[:2], *named, *listed, *SPARE[:1]]))[:MOST_SYMBOLS]


def ask_all(
    readings: Sequence[Reading], limits: EffectiveLimits, cash: Decimal, symbols: tuple[str, ...]
) -> tuple[list[Told], frozenset[Asked]]:
    """What each rule said to each order at each moment, and which of these profile and Model would not mind."""
    market = market_of(symbols)
    stage = Stage(market, replace(limits, rules=()), cash, is_margin=not limits.no_margin)
    venue = Venue(frozenset(symbols), market.next_trade_at, {}, frozenset())
    view, steps = market.view(), moments(readings)
    bound = [bind(each.rule, limits, view) for each in readings]
    denied: list[set[Asked]] = [set() for _ in readings]
    asked: set[Asked] = set()
    allowed: set[Asked] = set()

    def look(account: Account) -> tuple[()]:
        if account.step not in steps:
            return ()
        is_open = all(hours.contain(account.now) for hours in limits.trading_hours)
        for place, intent in enumerate(orders(symbols, account)):
            one, proposal = (account.step, place), propose(intent, account, venue)[-1]
            asked.add(one)
            if is_open and is_allowed(intent, limits):
                allowed.add(one)
            for rule, against in zip(bound, denied, strict=True):
                if rule.judge(proposal, account, limits):
                    against.add(one)
        return ()

    stage.play({}, look)
    told = [
        Told(each, frozenset(asked - against), frozenset(against))
        for each, against in zip(readings, denied, strict=True)
    ]
    return told, frozenset(allowed)


def moments(readings: Sequence[Reading]) -> frozenset[int]:
    """The steps at which everything is asked: every few minutes, and around each time of day that a rule names."""
    clocks = [value for each in readings for _, value in each.params if isinstance(value, time)]
    named = [(clock.hour - 9) * 60 + clock.minute - 30 for clock in clocks]
    return frozenset(range(1, MINUTES, EVERY)) | {minute + near for minute in named for near in (-1, 0, 1)}


def orders(symbols: Sequence[str], account: Account) -> Iterator[OrderIntent]:
    """One share of each symbol, either way; of the first by other types of orders too."""
    for symbol in symbols:
        yield buy(symbol, 1)
        yield short(symbol, 1)
    mark = account.marks[symbols[0]]
    for order_type, terms in ENTRIES:
        prices: dict[str, Any] = {name: mark + away for name, away in terms.items()}
        yield OrderIntent(Action.BUY, symbols[0], 1, order_type=order_type, **prices)


def is_allowed(intent: OrderIntent, limits: EffectiveLimits) -> bool:
    if intent.action is Action.SHORT and (limits.no_shorting or limits.no_margin):
        return False
    if limits.allowed_symbols and intent.symbol not in limits.allowed_symbols:
        return False
    return intent.order_type.value in limits.order_types


def alone(told: Sequence[Told], allowed: frozenset[Asked]) -> Iterator[Finding]:
    """Rules that let nothing through by themselves."""
    for each in told:
        kind, params = each.reading.kind, each.reading.params
        if each.passed & allowed or kind.problem_of(params):
            continue
        has_clock = any(isinstance(value, time) for _, value in params)
        if each.passed:
            message = "Of what the Model and the profile allow it lets nothing be opened."
        elif has_clock:
            message = "It leaves no minute of a regular session in which anything could be opened."
        else:
            continue  # a made-up day can't tell
        yield Finding(each.name, "opens_nothing", Severity.PROBLEM, message)


def contradictions(told: Sequence[Told], allowed: frozenset[Asked]) -> Iterator[Finding]:
    """Rules of which each lets something through, and both together nothing."""
    for one, other in combinations(told, 2):
        if allowed and not one.passed & other.passed & allowed:
            message = f"Together with “{one.name}” it lets nothing be opened."
            yield Finding(other.name, "contradiction", Severity.PROBLEM, message, (one.name,))


def never_matter(told: Sequence[Told], allowed: frozenset[Asked]) -> Iterator[Finding]:
    """Rules that do nothing but deny, and deny nothing that another one would let through."""
    for place, each in enumerate(told):
        own = each.denied & allowed
        if not own or each.reading.rule.verb not in DENIES:
            continue
        for other_place, other in enumerate(told):
            theirs = other.denied & allowed
            is_first_of_equals = own == theirs and other_place > place
            if (
                other is each
                or is_first_of_equals
                or not own <= theirs
                or not covers(other.reading, each.reading)
            ):
                continue
            message = f"It never matters: “{other.name}” denies all that it would."
            yield Finding(each.name, "shadowed", Severity.IDLE, message, (other.name,))
            break
