"""The one door for orders: every intent is judged by all gates and rules, and only here becomes an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from rules.gates import GATES
from rules.gates.base import Check, Gate
from rules.limits import EffectiveLimits
from rules.proposal import NextTradeAt, Proposal, Venue
from rules.propose import propose
from rules.rule_checks import rule_checks
from trading.ledger import Account
from trading.orders import Approval, ApprovedOrder
from trading.session import Approve
from trading.types import OrderIntent, Verdict


def make_approve(
    limits: EffectiveLimits,
    known_symbols: Collection[str],
    *,
    next_trade_at: NextTradeAt | None = None,
    sectors: Mapping[str, str] | None = None,
    option_symbols: Collection[str] = (),
    gates: Sequence[Gate] = GATES,
) -> Approve:
    """Make the door of one run. It is pure: it looks at the account, changes nothing, and answers the same twice.

    `next_trade_at` says when an order decided at a moment can first trade, None for not again in this run; without it
    minute bars trade on at once and daily bars at the next day's open. `sectors` is asked where a profile avoids some.
    `gates` are all of them; only a what-if, which stores no order, asks what they cost by leaving one out.
    """
    venue = Venue(frozenset(known_symbols), next_trade_at, dict(sectors or {}), frozenset(option_symbols))
    opening, closing = _bench(limits, gates, is_opening=True), _bench(limits, gates, is_opening=False)

    def approve(intent: OrderIntent, account: Account) -> Approval:
        orders: list[ApprovedOrder] = []
        verdicts: list[Verdict] = []
        for proposal in propose(intent, account, venue):
            verdicts += (opening if proposal.is_opening else closing).judge(proposal, account, limits)
            # The opening part of a flip stands on its closing part, which comes first.
            if not verdicts:
                orders.append(_approved(proposal))
        return Approval(tuple(orders), tuple(verdicts))

    return approve


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


def _bench(limits: EffectiveLimits, gates: Sequence[Gate], *, is_opening: bool) -> _Bench:
    gates = [gate for gate in gates if is_opening or gate.judges_closing]
    rules = rule_checks(limits.rules) if is_opening else ()
    return _Bench(
        sized=(*(gate.check for gate in gates), *rules),
        any_size=tuple(gate.check for gate in gates if not gate.needs_size),
    )


def _approved(proposal: Proposal) -> ApprovedOrder:
    intent = proposal.intent
    return ApprovedOrder(
        symbol=proposal.symbol,
        side=proposal.side,
        quantity=proposal.quantity,
        is_opening=proposal.is_opening,
        order_type=intent.order_type,
        limit_price=intent.limit_price,
        stop_price=intent.stop_price,
        trail_amount=intent.trail_amount,
        trail_percent=intent.trail_percent,
        time_in_force=intent.time_in_force,
        expires_at=intent.expires_at,
        take_profit=intent.take_profit,
        stop_loss=intent.stop_loss,
        replaces=intent.replaces,
        tag=intent.tag,
    )
