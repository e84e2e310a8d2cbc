"""What the charts are given: nothing later than the run's clock, every fill on its bar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from broker.charts import MOST_NAMED, candles_chart, equity_chart, funds_chart
from broker.models import Fill, Order
from broker.selectors import account_now, equity_curve, held_at
from broker.tests.factories import equity_make, fill_of, order_of, orders_make, position_make
from broker.thinning import MOST_MARKERS
from market.models import Bar, BarImport, Instrument
from runs.models import Mode, Run
from runs.tests.factories import OPEN, progressed, run_make, step_end

MIDNIGHT = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp())


def bars_make(starts: list[datetime], timeframe: str) -> None:
    instrument, _ = Instrument.objects.get_or_create(symbol="TEST", defaults={"name": "Test"})
    source = BarImport.objects.create(
        source="test", format="test", started_at=timezone.now(), status=BarImport.Status.COMPLETED
    )
    prices: dict[str, Any] = {"open": 100.0, "high": 101.5, "low": 99.5, "close": 101.0, "volume": 1000}
    Bar.objects.bulk_create(
        Bar(instrument=instrument, bar_import=source, timeframe=timeframe, start=start, **prices)
        for start in starts
    )


@pytest.fixture
def run(alice: User) -> Run:
    """Ten steps into a session of which more bars are stored."""
    bars_make([OPEN + timedelta(minutes=minute) for minute in range(-5, 30)], "minute")
    return progressed(run_make(alice), 10)


def test_candles_are_the_sessions_bars_that_have_closed(run: Run) -> None:
    bars = candles_chart(run, "TEST")["bars"]
    first = int(OPEN.timestamp())
    assert [bar[0] for bar in bars] == [first + 60 * minute for minute in range(10)]
    assert bars[0][1:] == [100.0, 101.5, 99.5, 101.0, 1000]


def test_before_the_first_step_there_is_nothing_to_draw(alice: User) -> None:
    queued = run_make(alice)
    assert candles_chart(queued, "TEST") == {"symbol": "TEST", "bars": [], "fills": [], "orders": []}
    assert equity_chart(queued, equity_curve(queued)) == {"equity": [], "benchmark": [], "drawdown": []}


def test_a_fill_stands_on_its_bar_and_leads_to_its_decision(run: Run) -> None:
    orders_make(run, [3])
    (marker,) = candles_chart(run, "TEST")["fills"]
    assert marker == {
        "t": int(step_end(3).timestamp()),
        "side": "buy",
        "text": "+10 @ 100.02",
        "href": "?tab=decisions&step=3#decision",
    }


def test_a_fill_at_the_last_close_stands_on_the_last_bar(run: Run) -> None:
    (order,) = orders_make(run, [9])
    order.fills.update(at=step_end(10))
    (marker,) = candles_chart(run, "TEST")["fills"]
    assert marker["t"] == int(step_end(9).timestamp())


def test_many_fills_are_marked_without_words(run: Run) -> None:
    orders = Order.objects.bulk_create(order_of(run, number, 1) for number in range(1, MOST_NAMED + 2))
    for order in orders:
        fill_of(order).save()
    assert {marker["text"] for marker in candles_chart(run, "TEST")["fills"]} == {""}


def test_working_orders_are_lines_at_their_prices(run: Run) -> None:
    order_of(run, 1, 2, status="working", order_type="limit", limit_price="99.50", filled_quantity=4).save()
    order_of(run, 2, 2, status="filled", order_type="limit", limit_price="98.00").save()
    assert candles_chart(run, "TEST")["orders"] == [{"price": 99.5, "side": "buy", "text": "limit 6"}]


def test_the_equity_line_has_a_point_a_step_with_buy_and_hold_beside_it(run: Run) -> None:
    equity_make(run, 3)
    chart = equity_chart(run, equity_curve(run))
    times = [int(step_end(step).timestamp()) for step in (1, 2, 3)]
    assert chart["equity"] == [[times[0], 10001.0], [times[1], 10000.0], [times[2], 10001.0]]
    assert chart["benchmark"] == [[time, 10000.0] for time in times]
    assert [round(value, 6) for _, value in chart["drawdown"]] == [0.0, 0.0001, 0.0]


def test_days_are_drawn_without_an_hour(alice: User) -> None:
    bars_make([OPEN], "day")
    run = run_make(alice, mode=Mode.DAILY, session="", date_from=date(2026, 3, 7), date_to=date(2026, 3, 10))
    run = progressed(run, 1)
    Run.objects.filter(pk=run.pk).update(simulated_at=OPEN + timedelta(hours=6.5))
    run.refresh_from_db()
    equity_make(run, 1)
    assert [bar[0] for bar in candles_chart(run, "TEST")["bars"]] == [MIDNIGHT]
    assert [time for time, _ in equity_chart(run, equity_curve(run))["equity"]] == [MIDNIGHT]


def test_the_account_now_is_told_in_figures_that_were_stored(run: Run) -> None:
    equity_make(run, 9)
    position_make(run, quantity=-20)
    orders_make(run, [1, 2])
    now = account_now(run)
    assert now.point is not None
    assert (now.point.equity, now.fees_paid) == (10001, fill_of(order_of(run, 1, 1)).fee * 2)
    assert str(now.total_return).startswith("0.0001")
    assert now.benchmark_return == 0
    assert [(held.symbol, held.quantity, held.open_profit) for held in now.holdings] == [("TEST", -20, -10)]


def test_before_the_first_step_the_account_is_undefined(alice: User) -> None:
    now = account_now(run_make(alice))
    assert (now.point, now.total_return, now.benchmark_return, now.max_drawdown) == (None, None, None, None)


def test_what_was_held_at_a_step_follows_from_the_fills(run: Run) -> None:
    orders_make(run, [1, 5, 7])  # buys 10, sells 10, buys 10, each filled a step later
    assert [held_at(run, step) for step in (1, 2, 5, 6, 8)] == [
        {},
        {"TEST": 10},
        {"TEST": 10},
        {},
        {"TEST": 10},
    ]


def test_cash_and_positions_add_up_to_the_equity(run: Run) -> None:
    equity_make(run, 3)
    curve = equity_curve(run)
    cash, held = (line["points"] for line in funds_chart(run, curve)["lines"])
    equity = equity_chart(run, curve)["equity"]
    assert [money + shares for (_, money), (_, shares) in zip(cash, held, strict=True)] == [
        value for _, value in equity
    ]
    assert [time for time, _ in cash] == [time for time, _ in equity]


def test_very_many_fills_share_markers_and_every_side_keeps_one(run: Run) -> None:
    orders = Order.objects.bulk_create(
        order_of(run, number, 1 + number % 9, side="buy" if number % 2 else "sell")
        for number in range(1, 401)
    )
    Fill.objects.bulk_create(fill_of(order) for order in orders)
    fills = candles_chart(run, "TEST")["fills"]
    assert len(fills) <= MOST_MARKERS
    # A fill stands on the bar that follows its decision, of which ten have closed.
    wanted = {
        (int(step_end(1 + number % 9).timestamp()), "buy" if number % 2 else "sell") for number in range(18)
    }
    assert {(fill["t"], fill["side"]) for fill in fills} == wanted
