"""The one door for orders: every intent is judged by all gates and rules, and only here becomes an order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, NamedTuple

from rules.gates import GATES
from rules.gates.base import Check, Gate
from rules.halts import halted
from rules.largest import largest_passing
from rules.limits import EffectiveLimits
from rules.market_view import MarketView
from rules.proposal import FeedProblem, NextTradeAt, Proposal, Venue
from rules.propose import propose
from rules.rule_checks import BoundRule, bind
from trading.ledger import Account
from trading.orders import Approval, ApprovedOrder
from trading.session import Approve
from trading.types import Effect, OrderIntent, Verdict, new


def make_approve(
    limits: EffectiveLimits,
    known_symbols: Collection[str],
    *,
    next_trade_at: NextTradeAt | None = None,
    sectors: Mapping[str, str] | None = None,
    option_symbols: Collection[str] = (),
    market: MarketView | None = None,
    rules: Sequence[BoundRule] | None = None,
    gates: Sequence[Gate] = GATES,
    feed_problem: FeedProblem | None = None,
) -> Approve:
    """Make the door of one run. It is pure: it looks at the account, changes nothing, and answers the same twice.

    `next_trade_at` says when an order decided at a moment can first trade, None for not again in this run; without it
    minute bars trade on at once and daily bars at the next day's open. `sectors` is asked where a profile avoids some.
    `market` is what rules look at, `rules` are those of the limits where somebody has read them already.
    `gates` are all of them; only a what-if, which stores no order, asks what they cost by leaving one out.
    """
    venue = Venue(
        frozenset(known_symbols), next_trade_at, dict(sectors or {}), frozenset(option_symbols), feed_problem
    )
    if rules is None:
        market = market or MarketView(next_trade_at=next_trade_at, sectors=sectors)
        rules = [bind(rule, limits, market, venue.option_symbols) for rule in limits.rules]
    return _Door(limits, venue, _bench(gates, rules), _bench(gates)).approve


class _Bench(NamedTuple):
    """The checks of opening or of closing orders: all of them, and those that can do without an order's size."""

    sized: tuple[Check, ...]
    any_size: tuple[Check, ...]

    def judge(self, proposal: Proposal, account: Account, limits: EffectiveLimits) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for check in self.sized if proposal.is_sized else self.any_size:
            found = check(proposal, account, limits)
            if found:
                verdicts += found
        return verdicts


def _bench(gates: Sequence[Gate], rules: Sequence[BoundRule] | None = None) -> _Bench:
    """With rules, even none, the bench judges what opens."""
    gates = [gate for gate in gates if rules is not None or gate.judges_closing]
    own: list[Check] = [] if rules is None else [halted(rules), *(rule.judge for rule in rules)]
    return _Bench(
        sized=(*(gate.check for gate in gates), *own),
        any_size=tuple(gate.check for gate in gates if not gate.needs_size),
    )


@dataclass(frozen=True, slots=True)
class _Door:
    limits: EffectiveLimits
    venue: Venue
    opening: _Bench
    closing: _Bench

    def approve(self, intent: OrderIntent, account: Account) -> Approval:
        orders: list[ApprovedOrder] = []
        verdicts: list[Verdict] = []
        is_denied = False
        for proposal in propose(intent, account, self.venue):
            # The opening part of a flip stands on its closing part, which comes first.
            passing, found = self._judge(proposal, intent, account, may_resize=not is_denied)
            verdicts += found
            is_denied = is_denied or passing is None
            if passing is not None and not is_denied:
                orders.append(_approved(passing))
        return new(Approval, (tuple(orders), tuple(verdicts)))

    def _judge(
        self, proposal: Proposal, intent: OrderIntent, account: Account, *, may_resize: bool
    ) -> tuple[Proposal | None, list[Verdict]]:
        """What may be sent, in full or smaller, and everything that was said."""
        bench = self.opening if proposal.is_opening else self.closing
        found = bench.judge(proposal, account, self.limits)
        if not found:
            return proposal, found
        if may_resize and all(verdict.effect is Effect.RESIZED for verdict in found):
            smaller = self._largest(proposal, intent, account)
            if smaller is not None:
                asked, given = proposal.quantity, smaller.quantity
                return smaller, [replace(verdict, asked=asked, given=given) for verdict in found]
        return None, [
            replace(verdict, effect=Effect.DENIED) if verdict.effect is Effect.RESIZED else verdict
            for verdict in found
        ]

    def _largest(self, proposal: Proposal, intent: OrderIntent, account: Account) -> Proposal | None:
        """The same opening order in the largest size that passes everything; None if not even one share does."""
        closing = proposal.asked - proposal.quantity

        def sized(shares: int) -> Proposal:
            smaller = intent._replace(quantity=closing + shares, equity_percent=None)
            return propose(smaller, account, self.venue)[-1]

        def judge(shares: int) -> list[Verdict]:
            return self.opening.judge(sized(shares), account, self.limits)

        largest = largest_passing(judge, proposal.quantity - 1)
        return sized(largest.shares) if largest.shares else None


# What an order takes over from its intent, in the order's own order.
_terms: Callable[[OrderIntent], tuple[Any, ...]] = attrgetter(*ApprovedOrder._fields[4:])


def _approved(proposal: Proposal) -> ApprovedOrder:
    own = (proposal.symbol, proposal.side, proposal.quantity, proposal.is_opening)
    return new(ApprovedOrder, own + _terms(proposal.intent))
