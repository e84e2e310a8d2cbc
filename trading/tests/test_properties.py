"""What must hold for any prices, any orders and any corporate actions."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given

from trading.corporate_actions import Split
from trading.ledger import Account
from trading.orders import OPEN_STATUSES, Order
from trading.positions import RoundTrip
from trading.session import StepResult, preview, start_account, step
from trading.settings import (
    ExecutionSettings,
    MarketFill,
    SlippageModel,
)
from trading.tests.market import MINUTE, OPEN, thorough
from trading.tests.sessions import SYMBOLS, Minute, conventions, run, send, sessions
from trading.types import Decision, Fill, OrderType

CENT = Decimal("0.01")
TINY = Decimal("1e-12")  # splits by ratios without an exact inverse are right to the 28 digits of a Decimal


def all_fills(results: list[StepResult]) -> list[Fill]:
    return [fill for result in results for fill in result.fills]


def latest_orders(results: list[StepResult]) -> dict[int, Order]:
    return {order.number: order for result in results for order in result.orders}


def open_lot_fees(account: Account) -> Decimal:
    return sum((lot.fee for p in account.positions.values() for lot in p.lots), Decimal(0))


@thorough
@given(sessions(), conventions())
def test_cash_is_what_the_fills_moved(minutes: list[Minute], how: ExecutionSettings) -> None:
    account, results = run(minutes, how)
    cash = account.initial_cash
    for fill in all_fills(results):
        cash -= fill.side.sign * fill.quantity * fill.price + fill.fee
    assert account.cash == cash
    assert account.fees_paid == sum(fill.fee for fill in all_fills(results))


@thorough
@given(sessions(), conventions())
def test_a_position_is_the_sum_of_its_fills(minutes: list[Minute], how: ExecutionSettings) -> None:
    account, results = run(minutes, how)
    held: dict[str, int] = defaultdict(int)
    for fill in all_fills(results):
        held[fill.symbol] += fill.side.sign * fill.quantity
    assert {symbol: p.quantity for symbol, p in account.positions.items()} == {
        s: q for s, q in held.items() if q
    }
    assert all(p.quantity == sum(lot.quantity for lot in p.lots) for p in account.positions.values())


@thorough
@given(sessions(with_actions=True), conventions())
def test_nothing_creates_or_destroys_money(minutes: list[Minute], how: ExecutionSettings) -> None:
    account, results = run(minutes, how)
    trips: list[RoundTrip] = [trip for result in results for trip in result.round_trips]
    unrealised = sum((p.unrealised(account.marks[s]) for s, p in account.positions.items()), Decimal(0))
    explained = account.initial_cash + account.realised + account.income + unrealised - open_lot_fees(account)
    assert abs(account.equity() - explained) < TINY
    assert abs(account.realised - sum(trip.pnl for trip in trips)) < TINY


@thorough
@given(sessions(with_actions=True), conventions())
def test_equity_moves_only_with_marks_fees_and_slippage(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    """Between two steps equity changes by what the held shares did, and fills cost at most slippage and fees."""
    account = start_account(Decimal(1_000_000), how, OPEN)
    for number, minute in enumerate(minutes):
        before = account.equity()
        kept = Account.from_json(account.to_json())
        result = step(
            account,
            {},
            OPEN + (number + 1) * MINUTE,
            lambda account: Decision(),
            send,
            actions=minute.actions,
        )
        assert abs(result.equity - before) < TINY  # no bar, no change: corporate actions move nothing
        account = kept
        step(
            account,
            minute.bars,
            OPEN + (number + 1) * MINUTE,
            minute.decide,
            send,
            actions=minute.actions,
        )


@thorough
@given(sessions(), conventions())
def test_no_fill_is_outside_its_bar_and_slippage_nor_beyond_its_limit(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    _, results = run(minutes, how)
    orders = latest_orders(results)
    for result, minute in zip(results, minutes, strict=True):
        for fill in result.fills:
            bar = minute.bars[fill.symbol]
            assert bar.low <= fill.reference_price <= bar.high
            slip = {
                SlippageModel.NONE: Decimal(0),
                SlippageModel.VOLUME_SHARE: how.slippage_impact,
            }.get(how.slippage, how.slippage_bps / 10_000)
            assert bar.low * (1 - slip) - CENT < fill.price < bar.high * (1 + slip) + CENT
            assert fill.price == fill.price.quantize(CENT)
            against = (fill.price - fill.reference_price) * fill.side.sign
            order = orders[fill.order_number]
            if order.limit_price is not None:
                assert (order.limit_price - fill.price) * fill.side.sign >= 0
            else:
                assert against >= 0


@thorough
@given(sessions(), conventions())
def test_no_fill_comes_before_the_bar_after_the_decision(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    _, results = run(minutes, how)
    orders = latest_orders(results)
    for result in results:
        for fill in result.fills:
            order = orders[fill.order_number]
            if how.market_fill is MarketFill.QUOTE_NOW and order.order_type is OrderType.MARKET:
                assert fill.at >= order.decided_at + timedelta(seconds=how.decision_delay_seconds)
            else:
                assert fill.step > order.decided_step
                assert fill.at >= order.decided_at


@thorough
@given(sessions(), conventions())
def test_volume_cap_holds_for_all_orders_of_a_bar_together(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    _, results = run(minutes, how)
    for result, minute in zip(results, minutes, strict=True):
        for symbol, bar in minute.bars.items():
            filled = sum(fill.quantity for fill in result.fills if fill.symbol == symbol)
            assert how.volume_cap is None or filled <= how.volume_cap * bar.volume


@thorough
@given(sessions(with_actions=True), conventions())
def test_closing_orders_never_open_the_other_side(minutes: list[Minute], how: ExecutionSettings) -> None:
    account = start_account(Decimal(1_000_000), how, OPEN)
    kinds: dict[int, bool] = {}
    for number, minute in enumerate(minutes):
        held = {symbol: account.quantity(symbol) for symbol in SYMBOLS}
        for action in minute.actions:
            if isinstance(action, Split):
                held[action.symbol] = int(held[action.symbol] * action.ratio)
        result = step(
            account,
            minute.bars,
            OPEN + (number + 1) * MINUTE,
            minute.decide,
            send,
            actions=minute.actions,
        )
        kinds |= {order.number: order.is_opening for order in result.orders}
        for fill in result.fills:
            before = held[fill.symbol]
            held[fill.symbol] += fill.side.sign * fill.quantity
            if not kinds[fill.order_number]:
                assert before * held[fill.symbol] >= 0
                assert abs(held[fill.symbol]) < abs(before)
        assert held == {symbol: account.quantity(symbol) for symbol in SYMBOLS}


@thorough
@given(sessions(with_actions=True), conventions())
def test_orders_add_up_and_nothing_works_after_the_last_bar(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    account, results = run(minutes, how)
    assert not account.working
    filled: dict[int, int] = defaultdict(int)
    for fill in all_fills(results):
        filled[fill.order_number] += fill.quantity
    for number, order in latest_orders(results).items():
        assert order.filled_quantity == filled[number]
        assert 0 <= order.filled_quantity <= order.quantity
        assert order.status not in OPEN_STATUSES
        assert order.closed_at is not None


@thorough
@given(sessions(with_actions=True), conventions())
def test_an_account_read_back_from_json_goes_on_the_same(
    minutes: list[Minute], how: ExecutionSettings
) -> None:
    straight, expected = run(minutes, how)
    account = start_account(Decimal(1_000_000), how, OPEN)
    for number, minute in enumerate(minutes):
        account = Account.from_json(account.to_json())
        now = OPEN + (number + 1) * MINUTE
        seen: list[dict[str, Any]] = []

        def decide(account: Account, decision: Decision = minute.decision, seen: Any = seen) -> Decision:
            seen.append(account.to_json())
            return decision

        is_last = number == len(minutes) - 1
        shown = preview(account, minute.bars, now, actions=minute.actions, is_last=is_last)
        result = step(account, minute.bars, now, decide, send, actions=minute.actions, is_last=is_last)
        assert result == expected[number]
        assert seen == [shown.to_json()]
    assert account.to_json() == straight.to_json()
