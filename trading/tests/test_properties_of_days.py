"""What must hold over days: with loans, settlements, splits, dividends, quotes, replacements and margin calls."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from trading.ledger import Account
from trading.orders import OPEN_STATUSES, Order
from trading.session import StepResult
from trading.settings import AccountType, ExecutionSettings, MarketFill, TouchedFill
from trading.tests.histories import Moment, histories, live, terms
from trading.tests.market import thorough
from trading.types import OrderType

ZERO, TINY = Decimal(0), Decimal("1e-9")
PAID = frozenset({"DIVIDEND", "SPLIT", "BORROW_FEE"})
broad = settings(thorough, max_examples=thorough.max_examples // 2)  # one history is long
purses = st.sampled_from([Decimal(1_000_000), Decimal(20_000), Decimal(2_000)])


def orders_of(results: list[StepResult]) -> dict[int, Order]:
    return {order.number: order for result in results for order in result.orders}


@broad
@given(histories(), terms(), purses)
def test_every_dollar_is_accounted_for(history: list[Moment], how: ExecutionSettings, purse: Decimal) -> None:
    account, results = live(history, how, purse)
    held = sum((p.unrealised(account.marks[s]) for s, p in account.positions.items()), ZERO)
    lot_fees = sum((lot.fee for p in account.positions.values() for lot in p.lots), ZERO)
    explained = purse + account.realised + account.income + held - lot_fees - account.borrow_paid
    assert abs(account.equity() - explained) < TINY
    fills = [fill for result in results for fill in result.fills]
    traded = sum((fill.side.sign * fill.quantity * fill.price + fill.fee for fill in fills), ZERO)
    told = [notice for result in results for notice in result.notices] + account.pending_notices
    paid = sum((notice.amount or ZERO for notice in told if notice.code in PAID), ZERO)
    assert abs(account.cash - (purse - traded + paid)) < TINY
    assert not account.unsettled or how.account_type is AccountType.CASH


@broad
@given(histories(), terms(), purses)
def test_orders_and_fills_agree_and_nothing_is_left_working(
    history: list[Moment], how: ExecutionSettings, purse: Decimal
) -> None:
    account, results = live(history, how, purse)
    orders = orders_of(results)
    filled: dict[int, int] = defaultdict(int)
    for result in results:
        for fill in result.fills:
            filled[fill.order_number] += fill.quantity
            assert fill.quantity > 0
            assert fill.price > 0
            assert fill.fee >= 0
    assert not account.working
    for number, order in orders.items():
        assert (order.filled_quantity, order.status in OPEN_STATUSES) == (filled[number], False)
        assert (order.status == "filled") == (order.filled_quantity == order.quantity > 0)
    for position in account.positions.values():
        assert position.quantity == sum(lot.quantity for lot in position.lots)
        assert len({lot.quantity > 0 for lot in position.lots}) == 1


@broad
@given(histories(), terms(), purses)
def test_fills_keep_to_their_bar_their_time_and_the_volume(
    history: list[Moment], how: ExecutionSettings, purse: Decimal
) -> None:
    _, results = live(history, how, purse)
    orders = orders_of(results)
    for result, moment in zip(results, history, strict=True):
        used: dict[str, int] = defaultdict(int)
        for fill in result.fills:
            order, bar = orders[fill.order_number], moment.bars.get(fill.symbol)
            used[fill.symbol] += fill.quantity
            assert fill.at >= order.decided_at
            is_quoted = how.market_fill is MarketFill.QUOTE_NOW or how.touched_fill is TouchedFill.QUOTES
            if how.market_fill is not MarketFill.QUOTE_NOW or order.order_type is not OrderType.MARKET:
                assert fill.step > order.decided_step
            if bar is not None and not is_quoted:
                assert bar.low <= fill.reference_price <= bar.high
            if order.limit_price is None:
                assert (fill.price - fill.reference_price) * fill.side.sign >= 0
        for symbol, shares in used.items():
            traded = moment.bars[symbol].volume if symbol in moment.bars else 0
            assert how.volume_cap is None or shares <= how.volume_cap * traded


@broad
@given(histories(), terms(), purses)
def test_the_best_and_the_worst_of_a_round_trip_lie_around_its_profit(
    history: list[Moment], how: ExecutionSettings, purse: Decimal
) -> None:
    _, results = live(history, how, purse)
    for result in results:
        for trip in result.round_trips:
            assert trip.mae - TINY <= trip.gross_pnl <= trip.mfe + TINY
            assert trip.mae <= 0 <= trip.mfe


@broad
@given(histories(), terms(), purses)
def test_the_same_days_come_to_the_same(
    history: list[Moment], how: ExecutionSettings, purse: Decimal
) -> None:
    account, results = live(history, how, purse)
    again, repeated = live(history, how, purse)
    assert (again.to_json(), repeated) == (account.to_json(), results)
    assert Account.from_json(account.to_json()).to_json() == account.to_json()
