"""What holds for rules of every kind, on any account and any order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.asof import AsOfReader
from market.columns import BarColumns
from rules.door import Door, make_door
from rules.kinds import KINDS
from rules.limits import effective_limits
from rules.market_view import Hours, MarketView, Past
from rules.tests.test_approve_properties import accounts, caps, intents
from rules.tests.whole_run import MINUTE, at_clock, twice, watch_twice
from rules.tests.world import NOON, SYMBOLS, rule_dict, snapshot
from trading.ledger import Account
from trading.memory import Halt
from trading.orders import Approval, ApprovedOrder
from trading.types import Action, Effect, OrderIntent, Verdict

MOST = settings(max_examples=150, deadline=None)
STEP = 30
FIRST = int(NOON.timestamp()) - 60 * STEP
COLUMNS = {
    symbol: BarColumns.of(
        [
            (FIRST + 60 * n, 100.0, 101.0 + n % 3, 99.0, 100.0 + n % 2, 5_000 + 100 * n)
            for n in range(2 * STEP)
        ]
    )
    for symbol in sorted(SYMBOLS)
}
DAYS = BarColumns.of([(FIRST - 86_400 * n, 90.0, 95.0, 85.0, 90.0, 2_000_000) for n in range(300, 0, -1)])


def door(limits: dict[str, Any]) -> Door:
    market = MarketView(
        lambda: AsOfReader(COLUMNS),
        sectors=dict.fromkeys(sorted(SYMBOLS), "Technology"),
        history={symbol: Past(DAYS) for symbol in SYMBOLS},
        hours=lambda began: Hours(at_clock(NOON.date(), "09:30"), at_clock(NOON.date(), "16:00")),
    )
    made = make_door(effective_limits(limits), SYMBOLS, market=market)
    return Door(twice(made.approve), None if made.watch is None else watch_twice(made.watch))


SCALES = [Decimal(1), Decimal(1), Decimal("0.2"), Decimal("0.05")]


def scaled(example: Any, scale: Decimal) -> Any:
    """A stricter number than the example, as a rule."""
    if isinstance(example, bool) or not isinstance(example, int | float | Decimal):
        return example
    number = Decimal(str(example)) * scale
    return max(int(number), 1) if isinstance(example, int) else number


@st.composite
def rules(
    draw: st.DrawFn,
    kinds: Sequence[str] = tuple(sorted(KINDS)),
    verbs: Sequence[str] = (),
    names: Sequence[str] = ("One", "Two", "Three"),
) -> dict[str, Any]:
    """A rule of any kind, with the examples that its parameters give, on all symbols or on some."""
    kind = KINDS[draw(st.sampled_from(kinds))]
    params = {
        name: scaled(draw(st.sampled_from(about.examples)), draw(st.sampled_from(SCALES)))
        for name, about in kind.params.model_fields.items()
        if about.examples and (about.is_required() or draw(st.booleans()))
    }
    return rule_dict(
        name=draw(st.sampled_from(names)),
        kind=kind.name,
        category=kind.category,
        params=params,
        verb=draw(st.sampled_from(verbs or kind.verbs)),
        applies_to_symbols=draw(st.none() | st.just(["AAA"])),
        exclude_symbols=draw(st.sampled_from([[], ["BBB"]])),
    )


@st.composite
def seasoned(draw: st.DrawFn) -> Account:
    """Accounts in the middle of a session, some of them halted."""
    account = draw(accounts())
    account.step = STEP
    for symbol, position in account.positions.items():
        account.memory.opened_at[symbol] = NOON - 5 * MINUTE
        assert position.lots
    if draw(st.integers(0, 9)) == 0:
        verdict = Verdict("ENOUGH", "Enough.", draw(st.sampled_from(["profile", "rule: One"])))
        account.memory.halts.append(Halt(verdict, NOON, STEP - 1))
    return account


# Mostly wide open, so that it is the rules that speak.
LIMITS = st.sampled_from([snapshot()] * 3 + [None]).flatmap(
    lambda wide: caps() if wide is None else st.just(wide)
)

ENTRIES = intents([Action.BUY, Action.BUY, Action.SHORT])


def sizes(approval: Approval) -> dict[ApprovedOrder, int]:
    """What may be sent, by everything about an order but its size."""
    return {order._replace(quantity=1): order.quantity for order in approval.orders}


@MOST
@given(LIMITS, st.lists(rules(), max_size=2), rules(names=["Four"]), intents(), seasoned())
def test_another_rule_lets_nothing_through_that_was_denied_and_nothing_larger(
    limits: dict[str, Any],
    some: list[dict[str, Any]],
    more: dict[str, Any],
    intent: OrderIntent,
    account: Account,
) -> None:
    loose = sizes(door({**limits, "rules": some}).approve(intent, account))
    strict = sizes(door({**limits, "rules": [*some, more]}).approve(intent, account))
    for order, quantity in strict.items():
        assert quantity <= loose[order]


RESIZABLE = {code for kind in KINDS.values() if "resize" in kind.verbs for code in kind.codes}
RESIZING = tuple(sorted(name for name, kind in KINDS.items() if "resize" in kind.verbs))


@MOST
@given(LIMITS, st.lists(rules(RESIZING, ["resize"]), min_size=1, max_size=3), ENTRIES, seasoned())
def test_what_was_resized_passes_every_limit_and_a_share_more_does_not(
    limits: dict[str, Any], some: list[dict[str, Any]], intent: OrderIntent, account: Account
) -> None:
    approve = door({**limits, "rules": some}).approve
    approval = approve(intent, account)
    if not any(verdict.effect is Effect.RESIZED for verdict in approval.verdicts):
        return
    order = approval.orders[-1]
    closing = sum(order.quantity for order in approval.orders[:-1])
    (said,) = {(verdict.asked, verdict.given) for verdict in approval.verdicts}
    assert said[0] is not None
    assert said[1] == order.quantity < said[0]
    again = approve(intent._replace(quantity=closing + order.quantity, equity_percent=None), account)
    assert again.verdicts == ()
    assert again.orders[-1].quantity == order.quantity
    larger = approve(intent._replace(quantity=closing + order.quantity + 1, equity_percent=None), account)
    assert larger.verdicts


@MOST
@given(LIMITS, st.lists(rules(RESIZING, ["resize"]), min_size=1, max_size=3), ENTRIES, seasoned())
def test_no_larger_size_would_have_passed(
    limits: dict[str, Any], some: list[dict[str, Any]], intent: OrderIntent, account: Account
) -> None:
    """Every size up to the one asked for is put to the door, and what was given is the largest that passes."""
    approve = door({**limits, "rules": some}).approve
    asked = int(intent.quantity or 40)
    answers = {
        size: approve(intent._replace(quantity=size, equity_percent=None), account)
        for size in range(1, asked + 1)
    }
    passing = [size for size, found in answers.items() if found.orders and not found.verdicts]
    said, orders = answers[asked].verdicts, answers[asked].orders
    if any(verdict.effect is Effect.RESIZED for verdict in said):
        assert sum(order.quantity for order in orders) == max(passing)
    elif said and all(verdict.code in RESIZABLE and verdict.version for verdict in said):
        assert max(passing, default=0) <= sum(order.quantity for order in orders), "denied, as nothing fits"


@MOST
@given(LIMITS, st.lists(rules(), min_size=1, max_size=4), seasoned())
def test_watching_changes_nothing_and_says_the_same_twice(
    limits: dict[str, Any], some: list[dict[str, Any]], account: Account
) -> None:
    watch = door({**limits, "rules": some}).watch
    if watch is not None:
        watched = watch(account)
        assert watched is None or all(
            account.quantity(intent.symbol) and intent.tag == verdict.source
            for intent, verdict in watched.closings
        )


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_rule_of_any_kind_traps_anybody_in_a_position(name: str, data: st.DataObject) -> None:
    account = data.draw(seasoned())
    for symbol, position in account.positions.items():
        account.working.clear()
        approve = door({**data.draw(LIMITS), "rules": [data.draw(rules([name]))]}).approve
        action = Action.SELL if position.quantity > 0 else Action.COVER
        close = OrderIntent(action, symbol, abs(position.quantity))
        approval = approve(close, account)
        assert (approval.verdicts, len(approval.orders)) == ((), 1)
