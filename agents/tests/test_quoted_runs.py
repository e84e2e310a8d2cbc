"""Runs whose conventions need bid and ask."""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from agents.replay import replay
from agents.tasks import run_slice
from agents.tests.tape import Script, days, minutes, queued, quotes, trade, trader, wish
from agents.tests.world import DAY
from broker.models import EquityPoint, Fill
from market.models import QuoteBar
from runs.models import Run, RunState

QUOTE_NOW = {"market_fill": "quote_now", "slippage": "none"}
HALF_SPREAD = {"slippage": "half_spread", "slippage_bps": "0"}
TOUCHED = {"touched_fill": "quotes", "slippage": "none"}


def play(user: User, execution: dict[str, Any], steps: Script, **fields: Any) -> Run:
    return trade(user, trader(user, f"Model {Run.objects.count()}", execution=execution), steps, **fields)


def fills(run: Run) -> list[tuple[int, str, float]]:
    rows = Fill.objects.filter(run=run).order_by("seq")
    return [(row.step, f"{row.side} {row.quantity}", float(row.price)) for row in rows]


def test_market_order_fills_on_the_quote_that_was_just_seen(alice: User) -> None:
    minutes(100, 101, 102, 103)
    quotes((99.9, 100.2), (100.9, 101.1), (101.8, 102.1), (102.9, 103.1))
    run = play(alice, QUOTE_NOW, {1: [wish("buy", 10)], 3: [wish("close")]})
    assert fills(run) == [(1, "buy 10", 100.2), (3, "sell 10", 101.8)]
    first = Fill.objects.filter(run=run).earliest("seq")
    assert first.at == first.order.decided_at
    equity = EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True)
    assert list(equity) == [9_998, 10_008, 10_016, 10_016]


def test_without_a_quote_in_that_minute_the_trade_close_serves(alice: User) -> None:
    minutes(100, (101, 102, 101, 101.5), 102)
    quotes((99.9, 100.2), None, (101.8, 102.1))
    assert fills(play(alice, QUOTE_NOW, {2: [wish("buy", 10)]})) == [(2, "buy 10", 101.5)]


def test_an_absent_side_is_no_quote_for_those_who_need_it(alice: User) -> None:
    minutes(100, 101, 102)
    quotes((99.9, None), (99.9, None), (99.9, None))
    run = play(alice, QUOTE_NOW, {1: [wish("buy", 10)], 2: [wish("close")]})
    assert fills(run) == [(1, "buy 10", 100), (2, "sell 10", 99.9)]


def test_half_the_spread_of_the_bar_s_open_is_lost_on_each_fill(alice: User) -> None:
    minutes(100, (101, 102, 100, 101), 102, (103, 103, 103, 103))
    quotes((99, 101), (100.8, 101.2), None, (102.9, 103.2))
    run = play(alice, HALF_SPREAD, {1: [wish("buy", 10)], 2: [wish("buy", 5)], 3: [wish("close")]})
    # 0.20 at the open of the second bar; nothing where there is no quote; 0.15 at the last.
    assert fills(run) == [(2, "buy 10", 101.2), (3, "buy 5", 102), (4, "sell 15", 102.85)]


def test_touched_order_fills_at_the_quote_that_is_as_good_as_its_limit(alice: User) -> None:
    minutes(100, (100, 100, 97.5, 98), (98, 99, 98, 99), 99)
    quotes((99.9, 100.1), (98.4, 98.7), (98.3, 98.5), (98.9, 99.1))
    terms = {"order_type": "limit-if-touched", "stop_price": "98", "limit_price": "98.6"}
    # Touched in the second bar, where the ask of 98.70 is above the limit; the third has one of 98.50.
    assert fills(play(alice, TOUCHED, {1: [wish("buy", 10, **terms)]})) == [(3, "buy 10", 98.5)]


@pytest.mark.parametrize(
    ("execution", "name"),
    [
        (QUOTE_NOW, "market fill quote_now"),
        (HALF_SPREAD, "slippage half_spread"),
        (TOUCHED, "touched fill quotes"),
    ],
)
def test_a_run_that_needs_quotes_and_has_none_fails_and_says_so(
    alice: User, execution: dict[str, Any], name: str
) -> None:
    minutes(100, 101)
    run = play(alice, execution, {1: [wish("buy", 10)]})
    assert (run.state, run.failure_code, run.cursor) == (RunState.FAILED, "no_quotes", 0)
    assert run.failure_message == (
        f"No quotes: {name} needs bid and ask, and there are no regular session quote bars of TEST for {DAY}. "
        "Import them, or choose another convention."
    )


def test_the_symbol_without_quotes_is_named(alice: User) -> None:
    minutes(100, 101)
    minutes(50, 51, symbol="OTHER")
    quotes((99, 101), (100, 102))
    run = play(alice, QUOTE_NOW, {}, symbols=["TEST", "OTHER"])
    assert run.failure_code == "no_quotes"
    assert "quote bars of OTHER for" in run.failure_message


def test_daily_runs_need_daily_quotes(alice: User) -> None:
    period = days(100, 101)
    run = play(alice, QUOTE_NOW, {}, mode="daily", date_from=period[0], date_to=period[1])
    assert "no daily quote bars of TEST" in run.failure_message


def test_quotes_belong_to_the_data_of_a_run_that_uses_them(alice: User) -> None:
    minutes(100, 101)
    quotes((99, 101), (100, 102))
    before = [play(alice, execution, {}).data_hash for execution in (QUOTE_NOW, {})]
    QuoteBar.objects.filter(bid_close=99).update(bid_close=98, bid_low=98)
    after = [play(alice, execution, {}).data_hash for execution in (QUOTE_NOW, {})]
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_quotes_that_change_under_a_run_fail_it(alice: User, settings: Settings) -> None:
    settings.RUN_COMMIT_STEPS = 1
    minutes(100, 101, 102)
    quotes((99, 101), (100, 102), (101, 103))
    run = queued(alice, trader(alice, execution=QUOTE_NOW), {2: [wish("buy", 10)]})
    assert run_slice(alice.pk, run.pk, slice_seconds=0)
    QuoteBar.objects.filter(ask_close=103).update(ask_close=103.5, ask_high=103.5)
    assert not run_slice(alice.pk, run.pk, slice_seconds=0)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "data_changed")


def test_quotes_that_slipped_into_the_table_crossed_fail_the_run_in_words(alice: User) -> None:
    minutes(100, 101)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE market_quotebar DROP CONSTRAINT quote_not_crossed")
    quotes((99, 101), (102, 100))
    run = play(alice, QUOTE_NOW, {})
    assert (run.state, run.failure_code) == (RunState.FAILED, "bad_data")
    assert "is crossed at its open: bid 102.0 is above ask 100.0. Import it again." in run.failure_message


NEW_YORK_DAY = date(2013, 10, 7)


def rows(folder: Path, symbol: str) -> list[dict[str, str]]:
    """The rows of one regular session, straight from the file."""
    with (folder / f"{symbol}.csv").open() as file:
        found = [row for row in csv.DictReader(file) if row["timestamp"].startswith(str(NEW_YORK_DAY))]
    return [row for row in found if time(9, 30) <= datetime.fromisoformat(row["timestamp"]).time() < time(16)]


def test_a_real_session_on_quotes_costs_the_real_spread(alice: User, shared_data: Path) -> None:
    for folder in ("minute_trades", "minute_quotes"):
        call_command("import_bars", str(shared_data / folder / "SPY.csv"), "--json", stdout=StringIO())
    steps: Script = {
        1: [wish("buy", 10, "SPY")],
        200: [wish("close", None, "SPY")],
        300: [wish("buy", 5, "SPY")],
    }
    fields: dict[str, Any] = {"symbols": ["SPY"], "date_from": NEW_YORK_DAY, "date_to": NEW_YORK_DAY}
    run = play(alice, QUOTE_NOW, steps, **fields)
    assert (run.state, run.steps_total) == (RunState.COMPLETED, 390)
    quoted = rows(shared_data / "minute_quotes", "SPY")
    last = Decimal(rows(shared_data / "minute_trades", "SPY")[-1]["close"])
    bought, sold, again = (
        Decimal(quoted[step - 1][side])
        for step, side in ((1, "ask_close"), (200, "bid_close"), (300, "ask_close"))
    )
    assert fills(run) == [
        (1, "buy 10", float(bought)), (200, "sell 10", float(sold)), (300, "buy 5", float(again)),
    ]  # fmt: skip
    assert run.equity == 10_000 + 10 * (sold - bought) + 5 * (last - again)
    assert [fill.price for fill in replay(run).fills] == [bought, sold, again]


def test_a_real_session_with_half_the_spread_for_slippage(alice: User, shared_data: Path) -> None:
    for folder in ("minute_trades", "minute_quotes"):
        call_command("import_bars", str(shared_data / folder / "SPY.csv"), "--json", stdout=StringIO())
    run = play(
        alice, HALF_SPREAD, {1: [wish("buy", 10, "SPY")]}, symbols=["SPY"], date_from=NEW_YORK_DAY, date_to=NEW_YORK_DAY,
    )  # fmt: skip
    bar, quote = rows(shared_data / "minute_trades", "SPY")[1], rows(shared_data / "minute_quotes", "SPY")[1]
    half = (Decimal(quote["ask_open"]) - Decimal(quote["bid_open"])) / 2
    price = (Decimal(bar["open"]) + half).quantize(Decimal("0.01"), rounding="ROUND_UP")
    assert fills(run) == [(2, "buy 10", float(price))]
    first = EquityPoint.objects.filter(run=run, step=2).get()
    shares = int(10_000 // price)
    assert first.benchmark_equity == 10_000 + shares * (Decimal(bar["close"]) - price)
