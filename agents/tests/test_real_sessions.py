"""Sessions on real bars: what the tables say against arithmetic done here, on the files themselves."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from agents.foreground import session_run
from agents.tests.world import model_make, request_make
from broker.models import EquityPoint, Fill, Order
from broker.selectors import equity_curve
from market.importing.options import ImportOptions
from market.models import Instrument
from market.services import bars_import
from reasoning.models import Entry
from runs.models import Run, RunState

NEW_YORK = ZoneInfo("America/New_York")
CENT = Decimal("0.01")

# symbol, day, steps of the regular session: one missing minute is one step less; an early close has 210 minutes
SESSIONS = [
    ("SPY", date(2013, 10, 7), 390),
    ("SPY", date(2013, 10, 11), 390),
    ("AIG", date(2013, 10, 7), 389),
    ("BAC", date(2013, 10, 9), 390),
    ("IBM", date(2013, 10, 11), 389),
    ("AAPL", date(2014, 6, 6), 390),
    ("GOOG", date(2015, 12, 24), 210),
]


def regular_rows(folder: Path, symbol: str, day: date, close: time) -> list[dict[str, str]]:
    """The rows of one regular session, straight from the file."""
    with (folder / "minute_trades" / f"{symbol}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["timestamp"].startswith(day.isoformat())]
    return [row for row in rows if time(9, 30) <= datetime.fromisoformat(row["timestamp"]).time() < close]


def trade(alice: User, folder: Path, symbol: str, day: date, decider: str, **params: object) -> Run:
    if not Instrument.objects.filter(symbol=symbol).exists():
        bars_import(folder / "minute_trades" / f"{symbol}.csv", ImportOptions())
    model = model_make(alice, name=f"{decider} {symbol} {day}", initial_cash=Decimal(1_000_000))
    request = request_make(
        model, decider, symbols=[symbol], date_from=day, date_to=day, decider_params=params
    )
    return session_run(alice, request, lambda run: None)


@pytest.mark.parametrize(("symbol", "day", "steps"), SESSIONS)
def test_buy_and_hold_is_first_fill_to_last_mark(
    alice: User, shared_data: Path, symbol: str, day: date, steps: int
) -> None:
    run = trade(alice, shared_data, symbol, day, "buy_and_hold", quantity=100)
    rows = regular_rows(shared_data, symbol, day, time(13) if steps == 210 else time(16))
    assert (run.state, run.steps_total, len(rows)) == (RunState.COMPLETED, steps, steps)

    price = (Decimal(rows[1]["open"]) * Decimal("1.0001")).quantize(CENT, ROUND_CEILING)
    fill = Fill.objects.get(run=run)
    assert (fill.quantity, fill.price) == (100, price)
    assert fill.at == datetime.fromisoformat(rows[1]["timestamp"]).astimezone(UTC)

    final = run.initial_cash + 100 * (Decimal(rows[-1]["close"]) - price)
    assert equity_curve(run).point(-1).equity == final
    assert run.statistics.total_return == pytest.approx(float(final / run.initial_cash - 1), abs=1e-12)
    assert run.statistics.max_drawdown == pytest.approx(drawdown_of(rows, price, run.initial_cash), abs=1e-9)


def drawdown_of(rows: list[dict[str, str]], price: Decimal, cash: Decimal) -> float:
    """Deepest fall of 100 shares bought at the second bar, marked at every close after it."""
    peak, deepest = float(cash), 0.0
    for row in rows[1:]:
        equity = float(cash + 100 * (Decimal(row["close"]) - price))
        peak = max(peak, equity)
        deepest = max(deepest, 1 - equity / peak)
    return deepest


def test_an_early_close_ends_at_13_00(alice: User, shared_data: Path) -> None:
    run = trade(alice, shared_data, "GOOG", date(2015, 12, 24), "sma_cross", quantity=10)
    last = EquityPoint.objects.filter(run=run).latest("step")
    assert last.at.astimezone(NEW_YORK).time() == time(13)
    assert run.coverage == 1.0


@pytest.mark.parametrize("decider", ["sma_cross", "momentum_breakout", "mean_reversion", "random"])
def test_a_trading_day_keeps_its_books(alice: User, shared_data: Path, decider: str) -> None:
    run = trade(alice, shared_data, "SPY", date(2013, 10, 8), decider, quantity=100)
    assert run.state == RunState.COMPLETED
    assert Entry.objects.filter(run=run).count() == 390
    fills = list(Fill.objects.filter(run=run).select_related("order").order_by("seq"))
    assert fills
    rows = {
        datetime.fromisoformat(row["timestamp"]): row
        for row in regular_rows(shared_data, "SPY", date(2013, 10, 8), time(16))
    }
    cash = run.initial_cash
    for fill in fills:
        row = rows[fill.at]
        assert fill.reference_price == Decimal(row["open"])
        assert Decimal(row["low"]) - CENT - fill.price * Decimal("0.0001") <= fill.price
        assert fill.price <= Decimal(row["high"]) + CENT + fill.price * Decimal("0.0001")
        assert fill.at >= fill.order.decided_at
        cash += fill.quantity * fill.price * (-1 if fill.side == "buy" else 1)
    assert equity_curve(run).point(-1).cash == cash
    assert Order.objects.filter(run=run).count() == run.order_count


def test_several_real_symbols_share_one_account(alice: User, shared_data: Path) -> None:
    for symbol in ("AIG", "BAC", "IBM"):
        bars_import(shared_data / "minute_trades" / f"{symbol}.csv", ImportOptions())
    model = model_make(alice)
    day = date(2013, 10, 11)
    request = request_make(model, symbols=["AIG", "BAC", "IBM"], date_from=day, date_to=day)
    run = session_run(alice, request, lambda run: None)
    assert (run.state, run.steps_total) == (RunState.COMPLETED, 390)
    # One of IBM's minutes is missing that day.
    assert (run.bars_present, run.bars_expected) == (3 * 390 - 1, 3 * 390)
