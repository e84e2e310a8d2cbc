"""Markets that stop, and data that can't be true: documented behaviour or a clear reason, never a wrong number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection

from agents.tests.tape import BARE, bars_store, days, minutes, trade, trader, wish
from broker.models import EquityPoint, Fill, Order, Position
from market.models import Bar
from profiles.models import TradingModel
from runs.models import Run, RunState

BOTH = ["TEST", "OTHER"]


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def equity(run: Run) -> list[Decimal]:
    return list(EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True))


def test_an_instrument_that_stops_trading_keeps_its_mark_and_its_orders_expire(
    alice: User, model: TradingModel
) -> None:
    minutes(100, 100, 98, 97, symbol="TEST")
    minutes(50, 50, 50, 50, 51, 52, 53, symbol="OTHER")
    run = trade(
        alice,
        model,
        {
            1: [wish("buy", 10)],
            4: [wish("close"), wish("buy", 1, order_type="market-on-close")],
            5: [wish("buy", 5, "OTHER")],
        },
        symbols=BOTH,
    )
    assert run.state == RunState.COMPLETED
    assert [(fill.symbol, fill.step) for fill in Fill.objects.filter(run=run).order_by("seq")] == [
        ("TEST", 2), ("OTHER", 6),
    ]  # fmt: skip
    stuck = Order.objects.filter(run=run, symbol="TEST").order_by("number")[1:]
    assert [(order.status, order.filled_quantity) for order in stuck] == [("expired", 0), ("expired", 0)]
    assert Position.objects.get(run=run, symbol="TEST").mark == 97
    # Nothing is sold at a price that nobody paid: ten shares stay marked at 97.
    assert equity(run) == [10_000, 10_000, 9_980, 9_970, 9_970, 9_970, 9_975]
    assert run.coverage == pytest.approx(11 / (2 * 390))


def test_a_percentage_of_equity_in_an_instrument_that_stopped_uses_its_mark_and_waits(
    alice: User, model: TradingModel
) -> None:
    minutes(100, 100, symbol="TEST")
    minutes(50, 50, 50, 50, symbol="OTHER")
    run = trade(alice, model, {3: [wish("buy", None, equity_percent="10")]}, symbols=BOTH)
    order = Order.objects.get(run=run)
    assert (order.quantity, order.status) == (10, "expired")


def test_a_symbol_that_has_not_traded_yet_can_not_be_ordered(alice: User, model: TradingModel) -> None:
    minutes(None, None, 100, 100, symbol="TEST")
    minutes(50, 50, 50, 50, symbol="OTHER")
    run = trade(alice, model, {1: [wish("buy", 1)], 3: [wish("buy", 1)]}, symbols=BOTH)
    assert (run.denial_count, Fill.objects.filter(run=run).count()) == (1, 1)


def test_a_halt_in_the_middle_fills_at_the_first_price_afterwards(alice: User, model: TradingModel) -> None:
    minutes(100, 100, None, None, (90, 91, 89, 90), 90)
    stop = wish("sell", 10, order_type="stop", stop_price="98")
    run = trade(alice, model, {1: [wish("buy", 10)], 2: [stop]})
    sold = Fill.objects.get(run=run, side="sell")
    assert (sold.price, run.steps_total) == (90, 4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("close = 'NaN', high = 'NaN'", "found open 100.0, high NaN, low 100.0, close NaN"),
        ("low = 0", "should have 0 < low <= open, close <= high"),
        ("high = 90", "found open 100.0, high 90.0, low 100.0"),
        ("volume = -1", "found open 100.0, high 100.0, low 100.0, close 100.0, volume -1"),
        ("high = 'Infinity'", "high Infinity"),
    ],
)
def test_bars_that_slipped_into_the_table_untrue_fail_the_run_in_words(
    alice: User, model: TradingModel, change: str, words: str
) -> None:
    starts = minutes(100, 100, 100)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE market_bar DROP CONSTRAINT bar_prices_possible")
        cursor.execute(f"UPDATE market_bar SET {change} WHERE start = %s", [starts[1]])
    run = trade(alice, model, {1: [wish("buy", 1)]})
    assert (run.state, run.failure_code, run.cursor) == (RunState.FAILED, "bad_data", 0)
    assert run.failure_message.startswith(f"Stored data can't be true: TEST bar of {starts[1].isoformat()}")
    assert words in run.failure_message
    assert not EquityPoint.objects.filter(run=run).exists()


def test_a_daily_bar_that_starts_with_no_session_fails_the_run_in_words(
    alice: User, model: TradingModel
) -> None:
    period = days(100, 100)
    noon = Bar.objects.latest("start").start + timedelta(hours=2)
    bars_store("TEST", [noon], [100], "day")
    run = trade(alice, model, {}, mode="daily", date_from=period[0], date_to=period[-1])
    assert (run.state, run.failure_code) == (RunState.FAILED, "bad_data")
    assert f"A daily bar starts at {noon.isoformat()}, where no session opens" in run.failure_message


def test_a_bar_without_volume_fills_nothing_under_a_volume_cap(alice: User, model: TradingModel) -> None:
    minutes(100, (100, 100, 100, 100, 0), 101, 101)
    run = trade(alice, model, {1: [wish("buy", 1)]})
    assert Fill.objects.get(run=run).step == 3


def test_without_a_volume_cap_any_size_fills(alice: User) -> None:
    minutes(100, (100, 100, 100, 100, 1), 100)
    loose = trader(alice, "Loose", execution={**BARE, "volume_cap": None})
    assert Fill.objects.get(run=trade(alice, loose, {1: [wish("buy", 40)]})).quantity == 40
