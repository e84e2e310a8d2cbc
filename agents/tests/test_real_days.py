"""Runs over real days across real splits, dividends and ticker changes, against arithmetic on the files themselves."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from agents.replay import replay
from agents.tests.tape import Script, trade, trader, wish
from broker.models import EquityPoint, Fill, Position, RoundTrip
from reasoning.models import Entry
from runs.models import Run, RunState

SHARES = 2


@pytest.fixture
def actions(db: None, shared_data: Path) -> None:
    call_command("import_actions", str(shared_data / "corporate_actions"), stdout=StringIO())


def import_days(shared_data: Path, *symbols: str) -> None:
    paths = [str(shared_data / "daily" / f"{symbol}.csv") for symbol in symbols]
    call_command("import_bars", *paths, "--json", stdout=StringIO())


def rows(shared_data: Path, symbol: str, first: str, last: str) -> list[dict[str, str]]:
    """The bars of some days, straight from the file."""
    with (shared_data / "daily" / f"{symbol}.csv").open() as file:
        return [row for row in csv.DictReader(file) if first <= row["date"] <= last]


def held(alice: User, symbol: str, first: str, last: str, steps: Script | None = None, **fields: Any) -> Run:
    """A run that buys a few shares on its first day and holds them."""
    run = trade(
        alice,
        trader(alice, f"Holder of {symbol}", trading_style="investing", **fields),
        steps or {1: [wish("buy", SHARES, symbol)]},
        symbols=[symbol],
        mode="daily",
        date_from=date.fromisoformat(first),
        date_to=date.fromisoformat(last),
    )
    assert run.state == RunState.COMPLETED, run.failure_message
    return run


def equity(run: Run) -> list[Decimal]:
    return list(EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True))


def test_apple_through_its_split_of_2014_and_two_dividends(
    alice: User, actions: None, shared_data: Path
) -> None:
    """3.29 a share on 2014-05-08, seven for one on 2014-06-09, 0.47 a new share on 2014-08-07: public facts."""
    import_days(shared_data, "AAPL")
    first, last = "2014-05-01", "2014-08-29"
    run = held(alice, "AAPL", first, last)
    bars = rows(shared_data, "AAPL", first, last)
    cash, shares, expected = Decimal(10_000), 0, []
    for index, bar in enumerate(bars):
        if index == 1:
            cash, shares = cash - SHARES * Decimal(bar["open"]), SHARES
        if bar["date"] == "2014-05-08":
            cash += shares * Decimal("3.29")
        if bar["date"] == "2014-06-09":
            shares *= 7
        if bar["date"] == "2014-08-07":
            cash += shares * Decimal("0.47")
        expected.append(cash + shares * Decimal(bar["close"]))
    assert (shares, cash != 10_000) == (14, True)
    assert equity(run) == expected
    position = Position.objects.get(run=run)
    assert (position.quantity, position.average_price) == (14, round(Decimal(bars[1]["open"]) / 7, 10))
    assert float(run.statistics.final_equity) == pytest.approx(float(expected[-1]))
    # Nothing falls by six sevenths: the worst day is that of the share price itself.
    changes = [later / earlier for earlier, later in pairwise(expected)]
    assert min(changes) > Decimal("0.99")


def test_buy_and_hold_beside_apple_lives_through_the_same(
    alice: User, actions: None, shared_data: Path
) -> None:
    import_days(shared_data, "AAPL")
    first, last = "2014-05-01", "2014-08-29"
    run = held(alice, "AAPL", first, last)
    bars = rows(shared_data, "AAPL", first, last)
    bought = int(10_000 // Decimal(bars[1]["open"]))
    cash = (
        10_000 - bought * Decimal(bars[1]["open"]) + bought * Decimal("3.29") + 7 * bought * Decimal("0.47")
    )
    final = cash + 7 * bought * Decimal(bars[-1]["close"])
    last_point = EquityPoint.objects.filter(run=run).latest("step")
    assert last_point.benchmark_equity == final
    assert run.statistics.benchmark_return == pytest.approx(float(final / 10_000 - 1))


def test_an_order_that_works_across_the_split_fills_at_the_split_price(
    alice: User, actions: None, shared_data: Path
) -> None:
    """A limit of $660 for one share becomes one of $94.28 for seven, which the market went through on 2014-06-10."""
    import_days(shared_data, "AAPL")
    resting = wish("sell", 1, "AAPL", order_type="limit", limit_price="660", time_in_force="gtc")
    run = held(alice, "AAPL", "2014-06-02", "2014-06-30", {1: [wish("buy", SHARES, "AAPL")], 2: [resting]})
    sold = Fill.objects.get(run=run, side="sell")
    reached = next(
        bar
        for bar in rows(shared_data, "AAPL", "2014-06-09", "2014-06-30")
        if Decimal(bar["high"]) > Decimal("94.29")
    )
    assert (sold.quantity, sold.at.date().isoformat()) == (7, reached["date"])
    # 660 ÷ 7 = 94.2857…, rounded up to the tick: a limit is never exceeded.
    assert sold.price == max(Decimal("94.29"), Decimal(reached["open"]))
    trip = RoundTrip.objects.get(run=run)
    assert (trip.quantity, trip.exit_price) == (7, sold.price)


@pytest.mark.parametrize(
    ("symbol", "first", "last", "old", "new"),
    [
        ("EEM", "2008-07-17", "2008-07-31", 1, 3),
        ("USO", "2020-04-20", "2020-05-08", 8, 1),
        ("AIG", "2009-06-24", "2009-07-08", 20, 1),
    ],
)
def test_real_splits_keep_equity(
    alice: User, actions: None, shared_data: Path, symbol: str, first: str, last: str, old: int, new: int
) -> None:
    import_days(shared_data, symbol)
    run = held(alice, symbol, first, last, {1: [wish("buy", 40, symbol)]}, initial_cash=Decimal(100_000))
    bars = rows(shared_data, symbol, first, last)
    (step,) = [
        entry.step
        for entry in Entry.objects.filter(run=run)
        for notice in entry.notices
        if notice["code"] == "SPLIT"
    ]
    shares = 40 * new // old
    found = equity(run)
    before, after = Decimal(bars[step - 2]["close"]), Decimal(bars[step - 1]["close"])
    fraction = (40 * new % old) * before / new
    assert found[step - 1] - found[step - 2] == shares * after - 40 * before + fraction
    assert Position.objects.get(run=run).quantity == shares


def test_a_real_ticker_change_keeps_the_position(alice: User, actions: None, shared_data: Path) -> None:
    """Waste Management was traded as WMI until 2009-08-04, and as WM from the next day on."""
    import_days(shared_data, "WMI", "WM")
    run = held(alice, "WMI", "2009-07-27", "2009-08-14")
    bars = [
        *rows(shared_data, "WMI", "2009-07-27", "2009-08-04"), *rows(shared_data, "WM", "2009-08-05", "2009-08-14"),
    ]  # fmt: skip
    paid = SHARES * Decimal(bars[1]["open"])
    assert equity(run)[1:] == [10_000 - paid + SHARES * Decimal(bar["close"]) for bar in bars[1:]]
    assert run.coverage == 1.0


def test_a_share_class_that_gave_its_ticker_away_is_followed(
    alice: User, actions: None, shared_data: Path
) -> None:
    """GOOG of March 2014 is GOOGL from 2014-04-03 on, split two for one; the new GOOG is another share."""
    import_days(shared_data, "GOOG", "GOOGL")
    run = held(alice, "GOOG", "2014-03-27", "2014-04-11", {1: [wish("buy", 1, "GOOG")]})
    before = rows(shared_data, "GOOG", "2014-03-27", "2014-04-02")
    after = rows(shared_data, "GOOGL", "2014-04-03", "2014-04-11")
    paid = Decimal(before[1]["open"])
    assert equity(run)[len(before) :] == [10_000 - paid + 2 * Decimal(bar["close"]) for bar in after]
    told = [notice["message"] for entry in Entry.objects.filter(run=run) for notice in entry.notices]
    assert told == ["GOOG is traded as GOOGL from here on", "GOOG was split 2 for 1"]


def test_six_years_of_dividends_add_up(alice: User, actions: None, shared_data: Path) -> None:
    import_days(shared_data, "IBM")
    first, last = "2010-01-04", "2015-12-31"
    run = held(alice, "IBM", first, last)
    bars = rows(shared_data, "IBM", first, last)
    with (shared_data / "corporate_actions" / "events.csv").open() as file:
        amounts = [
            Decimal(row["amount_per_share"])
            for row in csv.DictReader(file)
            if row["symbol"] == "IBM"
            and row["type"] == "dividend"
            and bars[1]["date"] < row["ex_date"] <= last
        ]
    assert len(amounts) == 24
    paid, worth = Decimal(bars[1]["open"]), Decimal(bars[-1]["close"])
    assert equity(run)[-1] == 10_000 + SHARES * (worth - paid + sum(amounts))
    assert datetime.fromisoformat(bars[-1]["date"]).date() == run.date_to
    assert [int(value * 10**8) for value in equity(run)] == replay(run).curve.equity.tolist()
