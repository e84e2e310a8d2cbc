"""What holds for any account, any limits and any intent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.approve import make_approve
from rules.limits import effective_limits
from rules.tests.world import OPEN_GATES, OPEN_MODEL, OPEN_PROFILE, SYMBOLS, account_with, rule_dict, work
from trading.ledger import Account
from trading.orders import Approval
from trading.types import Action, OrderIntent, OrderType, Side, TimeInForce

PRICES = st.decimals(min_value="0.5", max_value="500", places=2)
SYMBOL = st.sampled_from(sorted(SYMBOLS))
MOST = settings(max_examples=150, deadline=None)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    is_margin = draw(st.booleans())
    marks: dict[str, Any] = {symbol: draw(PRICES) for symbol in sorted(SYMBOLS)}
    least = -200 if is_margin else 0
    held = draw(st.dictionaries(SYMBOL, st.integers(least, 200).filter(bool), max_size=3))
    account = account_with(
        draw(st.integers(0, 50_000)),
        held=held,
        marks=marks,
        is_margin=is_margin,
        initial_cash=draw(st.integers(1, 50_000)),
    )
    account.day_open_equity += draw(st.integers(-1_000, 1_000))
    account.peak_equity += draw(st.integers(0, 5_000))
    account.submitted_at.extend([account.now] * draw(st.integers(0, 31)))
    for _ in range(draw(st.integers(0, 3))):
        symbol = draw(SYMBOL)
        held_now = account.quantity(symbol)
        is_opening = draw(st.booleans()) or not held_now
        side = Side.BUY if (held_now >= 0) == is_opening else Side.SELL
        limit = draw(st.none() | PRICES)
        work(
            account,
            side,
            draw(st.integers(1, 50)),
            symbol=symbol,
            is_opening=is_opening,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=None if limit is None else str(limit),
        )
    return account


@st.composite
def intents(draw: st.DrawFn) -> OrderIntent:
    order_type = draw(st.sampled_from([OrderType.MARKET, OrderType.LIMIT, OrderType.STOP]))
    price = draw(PRICES)
    in_shares = draw(st.booleans())
    return OrderIntent(
        action=draw(st.sampled_from(Action)),
        symbol=draw(SYMBOL),
        quantity=draw(st.integers(-1, 400)) if in_shares else None,
        equity_percent=None if in_shares else draw(st.decimals("0.1", "100", places=1)),
        order_type=order_type,
        limit_price=price if order_type is OrderType.LIMIT else None,
        stop_price=price if order_type is OrderType.STOP else None,
        replaces=draw(st.none() | st.integers(1, 3)),
    )


@st.composite
def anything(draw: st.DrawFn) -> OrderIntent:
    """Intents as a confused decider may make them."""
    numbers = st.none() | st.decimals() | PRICES
    return OrderIntent(
        action=draw(st.sampled_from(Action)),
        symbol=draw(SYMBOL | st.text(max_size=5)),
        quantity=draw(numbers | st.integers()),
        equity_percent=draw(numbers),
        order_type=draw(st.sampled_from(OrderType)),
        limit_price=draw(numbers),
        stop_price=draw(numbers),
        trail_amount=draw(numbers),
        trail_percent=draw(numbers),
        time_in_force=draw(st.sampled_from(TimeInForce)),
        take_profit=draw(numbers),
        stop_loss=draw(numbers),
        replaces=draw(st.none() | st.integers(-1, 5)),
    )


AMOUNTS = st.decimals(0, 20_000, places=2)
PERCENTS = st.decimals(0, 100, places=1)


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """Limits from none to strict; each key of the three sections may stay open."""
    gates = {
        name: str(draw(PERCENTS)) if draw(st.booleans()) else value for name, value in OPEN_GATES.items()
    }
    profile = dict(OPEN_PROFILE)
    for name, value in OPEN_PROFILE.items():
        if value is None and draw(st.booleans()):
            profile[name] = str(draw(PERCENTS if name.endswith("percent") else AMOUNTS))
        elif value is True:
            profile[name] = draw(st.booleans())
    model = dict(OPEN_MODEL)
    for name, value in OPEN_MODEL.items():
        if value is None and draw(st.booleans()):
            model[name] = str(draw(AMOUNTS))
        elif value is True:
            model[name] = draw(st.booleans())
    model["allowed_symbols"] = draw(st.sampled_from([[], ["AAA"], ["AAA", "BBB"]]))
    return {"gates": gates, "profile": profile, "model": model, "rules": []}


def judge(snapshot: dict[str, Any], intent: OrderIntent, account: Account) -> Approval:
    return make_approve(effective_limits(snapshot), SYMBOLS)(intent, account)


@MOST
@given(snapshots(), intents() | anything(), accounts())
def test_approving_never_changes_the_account_and_answers_the_same_twice(
    snapshot: dict[str, Any], intent: OrderIntent, account: Account
) -> None:
    before = account.to_json()
    first = judge(snapshot, intent, account)
    assert account.to_json() == before
    assert judge(snapshot, intent, account) == first


@MOST
@given(snapshots(), intents() | anything(), accounts())
def test_every_intent_is_approved_or_told_why_not(
    snapshot: dict[str, Any], intent: OrderIntent, account: Account
) -> None:
    approval = judge(snapshot, intent, account)
    assert approval.orders or approval.verdicts
    assert all(order.quantity > 0 for order in approval.orders)
    assert all(verdict.message.endswith(".") for verdict in approval.verdicts)


@MOST
@given(snapshots(), snapshots(), intents(), accounts())
def test_more_limits_never_let_more_through(
    loose: dict[str, Any], other: dict[str, Any], intent: OrderIntent, account: Account
) -> None:
    strict = {section: stricter(loose[section], other[section]) for section in ("gates", "profile", "model")}
    strict["model"]["allowed_symbols"] = (
        loose["model"]["allowed_symbols"] or other["model"]["allowed_symbols"]
    )
    strict_rules = {**strict, "rules": [rule_dict()]}
    let_through = set(judge(loose, intent, account).orders)
    some = judge({**strict, "rules": []}, intent, account)
    assert set(some.orders) <= let_through
    assert set(judge(strict_rules, intent, account).orders) <= set(some.orders)


def stricter(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Field by field the tighter of two sections."""

    def tighter(name: str, first: Any, second: Any) -> Any:
        if isinstance(first, bool):
            return first and second
        if (
            isinstance(first, str | None)
            and isinstance(second, str | None)
            and not name.startswith("trading")
        ):
            numbers = [Decimal(value) for value in (first, second) if value is not None]
            if not numbers:
                return None
            return str(max(numbers) if "reserve" in name else min(numbers))
        return first

    return {name: tighter(name, value, other[name]) for name, value in one.items()}


@MOST
@given(snapshots(), intents(), accounts())
def test_an_approved_opening_order_exceeds_no_cap_at_the_mark(
    snapshot: dict[str, Any], intent: OrderIntent, account: Account
) -> None:
    equity = account.equity()
    for order in judge(snapshot, intent, account).orders:
        if not order.is_opening:
            continue
        sign, mark = order.side.sign, account.marks[order.symbol]
        others = [
            other
            for other in account.working.values()
            if other.is_opening and other.number != intent.replaces
        ]
        alike = [o for o in others if o.symbol == order.symbol and o.side is order.side]
        shares = (
            max(sign * account.quantity(order.symbol), 0) + order.quantity + sum(o.quantity for o in alike)
        )
        for section, name in (("gates", "max_position_percent"), ("profile", "max_position_size_percent")):
            if snapshot[section][name] is not None:
                assert shares * mark * 100 <= Decimal(snapshot[section][name]) * equity
        dollars = snapshot["model"]["max_position_size_dollars"]
        assert dollars is None or shares * mark <= Decimal(dollars)
        most = snapshot["profile"]["max_open_positions"]
        symbols = {*account.positions, *(o.symbol for o in others)}
        assert order.symbol in symbols or most is None or len(symbols) + 1 <= Decimal(most)


@MOST
@given(intents(), accounts())
def test_what_closes_and_opens_adds_up_to_what_was_asked(intent: OrderIntent, account: Account) -> None:
    snapshot = {"gates": OPEN_GATES, "profile": OPEN_PROFILE, "model": OPEN_MODEL, "rules": []}
    approval = judge(snapshot, intent, account)
    held = account.quantity(intent.symbol)
    closing = [order for order in approval.orders if not order.is_opening]
    opening = [order for order in approval.orders if order.is_opening]
    assert len(closing) <= 1
    assert len(opening) <= 1
    if closing:
        assert (held > 0) == (closing[0].side is Side.SELL)
        assert closing[0].quantity <= abs(held)
        assert approval.orders[0] is closing[0]
    if intent.quantity is not None and not approval.verdicts:
        assert sum(order.quantity for order in approval.orders) == intent.quantity
    if intent.action in (Action.COVER, Action.CLOSE):
        assert not opening
