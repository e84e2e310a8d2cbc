"""The door of a run: what judges its orders, and what its rules do by themselves at a bar."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rules.approve import make_approve
from rules.gates import GATES, Gate, daily_loss
from rules.halts import STOPS_FROM, breaker
from rules.intents import held_before
from rules.kinds.base import Missing, Verb, Violation
from rules.limits import EffectiveLimits
from rules.market_view import MarketView
from rules.proposal import FeedProblem, NextTradeAt
from rules.rule_checks import BoundRule, bind
from rules.verdicts import owner
from trading.ledger import Account
from trading.session import Approve
from trading.types import Action, Effect, OrderIntent, Verdict
from trading.watch import Watch, Watched


class Door(NamedTuple):
    """`watch` is None where nothing acts by itself, so that a run without such rules pays for none."""

    approve: Approve
    watch: Watch | None


def make_door(
    limits: EffectiveLimits,
    known_symbols: Collection[str],
    *,
    next_trade_at: NextTradeAt | None = None,
    sectors: Mapping[str, str] | None = None,
    option_symbols: Collection[str] = (),
    market: MarketView | None = None,
    gates: Sequence[Gate] = GATES,
    feed_problem: FeedProblem | None = None,
) -> Door:
    """Make both halves from one reading of the rules; see `make_approve`. `market` belongs to this door alone."""
    market = market or MarketView(next_trade_at=next_trade_at, sectors=sectors)
    rules = [bind(rule, limits, market, frozenset(option_symbols)) for rule in limits.rules]
    approve = make_approve(
        limits,
        known_symbols,
        next_trade_at=next_trade_at,
        sectors=sectors,
        option_symbols=option_symbols,
        rules=rules,
        gates=gates,
        feed_problem=feed_problem,
    )
    stops = daily_loss.GATE in gates and any(limit.field == STOPS_FROM for limit in limits.daily_loss)
    watching = [rule for rule in rules if rule.is_watching]
    return Door(approve, _Sentry(limits, watching, stops).watch if watching or stops else None)


@dataclass(frozen=True, slots=True)
class _Sentry:
    limits: EffectiveLimits
    rules: Sequence[BoundRule]
    has_breaker: bool

    def watch(self, account: Account) -> Watched | None:
        """What is to be done at this bar. It is pure: the session step does it."""
        found = _Found()
        halted = {halt.verdict.source for halt in account.memory.halts}
        if self.has_breaker:
            found.stops += [each for each in breaker(account, self.limits) if each.source not in halted]
            if found.stops:
                found.cancel_entries(account, found.stops[0].source, account.marks)
        for rule in self.rules:
            if rule.spec.verb == Verb.STOP_TRADING and rule.source in halted:
                continue
            try:
                violations = rule.watch(account)
            except Missing as gap:
                found.blind.append((rule.source, rule.unenforceable(str(gap)).message))
                continue
            if violations:
                found.act(rule, violations, account)
        return found.watched(account)


@dataclass(slots=True)
class _Found:
    stops: list[Verdict] = field(default_factory=list)
    closings: dict[str, tuple[OrderIntent, Verdict]] = field(default_factory=dict)
    cancels: dict[int, str] = field(default_factory=dict)
    blind: list[tuple[str, str]] = field(default_factory=list)

    def act(self, rule: BoundRule, violations: Sequence[Violation], account: Account) -> None:
        if rule.spec.verb != Verb.FORCE_LIQUIDATE:
            if rule.spec.verb == Verb.STOP_TRADING:
                self.stops += [rule.verdict(violation, Effect.STOPPED) for violation in violations]
            self.cancel_entries(account, rule.source, rule.scope)
            return
        for violation in violations:
            about = rule.about(violation)
            self.cancel_entries(account, rule.source, about)
            for symbol in sorted(account.positions):
                # Of several rules that close a position the first is told.
                if symbol in about and symbol not in self.closings and _is_left(symbol, account):
                    intent = OrderIntent(Action.CLOSE, symbol, tag=rule.source)
                    self.closings[symbol] = intent, rule.verdict(violation, Effect.LIQUIDATED, symbol)

    def cancel_entries(self, account: Account, source: str, symbols: Container[str]) -> None:
        for number, order in account.working.items():
            if order.is_opening and order.symbol in symbols:
                self.cancels.setdefault(number, f"cancelled by {owner(source)}")

    def watched(self, account: Account) -> Watched | None:
        is_news = [source for source, _ in self.blind] != account.memory.blind
        if not (self.stops or self.closings or self.cancels or is_news):
            return None
        return Watched(
            tuple(self.stops),
            tuple(self.closings.values()),
            tuple(self.cancels.items()),
            tuple(self.blind),
        )


def _is_left(symbol: str, account: Account) -> bool:
    """Whether any of a position is not being closed at market already."""
    return held_before(symbol, account, list(account.working.values())) != 0
