"""What holds for any account, any limits and any intent."""

from __future__ import annotations

from collections.abc import Sequence
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

PRICES = st.decimals(min_value="50", max_value="150", places=1)
AMOUNTS = st.integers(1, 10_000).map(str)
SYMBOL = st.sampled_from(["AAA", "AAA", "BBB", "CCC"])
MOST = settings(max_examples=120, deadline=None)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Accounts in the middle of a day, some in trouble, most not."""
    is_margin = draw(st.booleans())
    sizes = st.sampled_from([0, 10, 30, -10, -30] if is_margin else [0, 10, 30])
    held = {symbol: size for symbol in ("AAA", "BBB") if (size := draw(sizes))}
    marks: dict[str, Any] = {symbol: draw(PRICES) for symbol in sorted(SYMBOLS)}
    account = account_with(
        draw(st.sampled_from([20_000, 10_000, 2_000])), held=held, marks=marks, is_margin=is_margin
    )
    account.initial_cash = max(account.equity(), Decimal(1)) + draw(st.sampled_from([0, 500, 5_000]))
    account.day_open_equity += draw(st.sampled_from([0, -500, 500]))
    account.peak_equity += draw(st.sampled_from([0, 500, 5_000]))
    account.submitted_at.extend([account.now] * draw(st.sampled_from([0, 5, 31])))
    for _ in range(draw(st.integers(0, 3))):
        symbol = draw(SYMBOL)
        quantity = account.quantity(symbol)
        is_opening = draw(st.booleans()) or not quantity
        limit = draw(st.none() | PRICES)
        work(
            account,
            Side.BUY if (quantity >= 0) == is_opening else Side.SELL,
            draw(st.integers(1, 30)),
            symbol=symbol,
            is_opening=is_opening,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=None if limit is None else str(limit),
        )
    return account


EVERY_ACTION = [*Action, Action.BUY, Action.BUY, Action.SHORT]


@st.composite
def intents(draw: st.DrawFn, actions: Sequence[Action] = EVERY_ACTION) -> OrderIntent:
    """Sane intents, most of them at market."""
    order_type = draw(st.sampled_from([OrderType.MARKET, OrderType.MARKET, OrderType.LIMIT, OrderType.STOP]))
    price = draw(PRICES)
    in_shares = draw(st.booleans())
    return OrderIntent(
        action=draw(st.sampled_from(actions)),
        symbol=draw(SYMBOL),
        quantity=draw(st.integers(1, 50)) if in_shares else None,
        equity_percent=None
        if in_shares
        else draw(st.sampled_from([Decimal(5), Decimal(15), Decimal(30), Decimal(100)])),
        order_type=order_type,
        limit_price=price if order_type is OrderType.LIMIT else None,
        stop_price=price if order_type is OrderType.STOP else None,
        replaces=draw(st.sampled_from([None] * 9 + [1])),
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


@st.composite
def snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """Open limits, of which a few are set."""
    percents = st.integers(1, 100).map(str)
    settable = [
        *((name, "gates", percents) for name in OPEN_GATES),
        *(
            (name, "profile", percents if name.endswith("percent") else AMOUNTS)
            for name in OPEN_PROFILE
            if OPEN_PROFILE[name] is None
        ),
        *((name, "model", AMOUNTS) for name in OPEN_MODEL if OPEN_MODEL[name] is None),
        *((name, "profile", st.just(False)) for name in OPEN_PROFILE if OPEN_PROFILE[name] is True),
        *((name, "model", st.just(False)) for name in OPEN_MODEL if OPEN_MODEL[name] is True),
    ]
    sections = {"gates": dict(OPEN_GATES), "profile": dict(OPEN_PROFILE), "model": dict(OPEN_MODEL)}
    for name, section, values in draw(st.lists(st.sampled_from(settable), max_size=4)):
        sections[section][name] = draw(values)
    return {**sections, "rules": []}


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


@st.composite
def caps(draw: st.DrawFn) -> dict[str, Any]:
    """Limits on size and count, and nothing else."""
    percents, dollars = st.sampled_from(["20", "35", "50"]), st.sampled_from(["2000", "5000"])
    return {
        "gates": {**OPEN_GATES, "max_position_percent": draw(percents)},
        "profile": {
            **OPEN_PROFILE,
            "max_position_size_percent": draw(st.none() | percents),
            "max_open_positions": draw(st.none() | st.integers(1, 3)),
        },
        "model": {**OPEN_MODEL, "max_position_size_dollars": draw(st.none() | dollars)},
        "rules": [],
    }


@MOST
@given(caps(), intents([Action.BUY, Action.SHORT]), accounts())
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
def test_an_intent_is_split_at_zero(intent: OrderIntent, account: Account) -> None:
    account.working.clear()
    snapshot = {"gates": OPEN_GATES, "profile": OPEN_PROFILE, "model": OPEN_MODEL, "rules": []}
    approval = judge(snapshot, intent._replace(replaces=None), account)
    held = account.quantity(intent.symbol)
    closing = sum(order.quantity for order in approval.orders if not order.is_opening)
    opening = sum(order.quantity for order in approval.orders if order.is_opening)
    assert [order.is_opening for order in approval.orders] in ([], [False], [True], [False, True])
    assert all(
        order.is_opening == (held * order.side.sign >= 0) or closing == abs(held) for order in approval.orders
    )
    if intent.quantity is not None and not approval.verdicts:
        closable = abs(held) if held * approval.orders[0].side.sign < 0 else 0
        assert closing == min(intent.quantity, closable)
        assert opening == intent.quantity - closing
    assert not (opening and intent.action in (Action.COVER, Action.CLOSE))
