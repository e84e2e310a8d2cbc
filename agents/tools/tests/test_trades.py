"""Round trips and statistics through the tools, against arithmetic by hand (see scene)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.tools.tests.scene import EQUITY, PROFIT, column, fact, table, used
from runs.models import Run, RunStatistics


def test_all_trades_add_up(alice: User, losing_run: Run) -> None:
    found = used(alice, "analyze_trades", run=losing_run)
    assert fact(found, "profit") == PROFIT
    assert fact(found, "final_equity") == EQUITY
    assert fact(found, "total_return") == Decimal("-0.0056")
    assert (fact(found, "trip_count"), fact(found, "winning_trips"), fact(found, "losing_trips")) == (3, 1, 2)
    assert fact(found, "trip_profit") == -51
    assert fact(found, "gross_profit") == 13
    assert fact(found, "gross_loss") == -64
    assert fact(found, "win_rate") == pytest.approx(1 / 3)
    assert fact(found, "fees") == 6
    assert fact(found, "fees_paid") == 7
    assert column(table(found, "Round trips"), "profit") == [-42, -22, 13]
    assert column(table(found, "Still held"), "open_profit") == [-4]


def test_figures_are_those_that_are_stored(alice: User, losing_run: Run) -> None:
    stored = RunStatistics.objects.get(run=losing_run).values
    found = used(alice, "analyze_trades", run=losing_run)
    for name in ("trip_count", "winning_trips", "win_rate", "average_win", "worst_trip", "profit_factor"):
        assert fact(found, name) == stored[name]
    metrics = used(alice, "calculate_metrics", run=losing_run)
    told = {item.key: item.value for item in metrics.facts}
    numbers = {name: value for name, value in stored.items() if not isinstance(value, str)}
    assert {name: told[name] for name in numbers} == numbers


def test_losers_alone_worst_first(alice: User, losing_run: Run) -> None:
    found = used(alice, "analyze_trades", run=losing_run, trades="losing")
    assert column(table(found, "Losers"), "profit") == [-42, -22]
    assert fact(found, "trip_profit") == -64
    assert fact(found, "profit") == PROFIT  # the run's own, whatever is picked out


def test_winners_of_one_symbol(alice: User, losing_run: Run) -> None:
    assert fact(used(alice, "analyze_trades", run=losing_run, trades="winning"), "trip_count") == 1
    assert fact(used(alice, "analyze_trades", run=losing_run, symbol="test"), "trip_profit") == -64


def test_groups_by_symbol_worst_first(alice: User, losing_run: Run) -> None:
    groups = table(used(alice, "analyze_trades", run=losing_run, group_by="symbol"), "By symbol")
    assert [list(row) for row in groups.rows] == [
        ["TEST", 2, 0, 0.0, -64, -32, 4],
        ["OTHER", 1, 1, 1.0, 13, 13, 2],
    ]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("time_of_day", ["09:00–10:00"]),
        ("direction", ["long"]),
        ("exit", ["decision"]),
        ("reason", ["Step # of the script."]),
    ],
)
def test_other_groups(alice: User, losing_run: Run, by: str, names: list[str]) -> None:
    groups = table(used(alice, "analyze_trades", run=losing_run, group_by=by), "By ")
    assert [row[0] for row in groups.rows] == names
    assert sum(column(groups, "profit")) == -51


def test_trades_lead_to_the_decisions_that_opened_them(alice: User, losing_run: Run) -> None:
    trips = table(used(alice, "analyze_trades", run=losing_run), "Round trips")
    base = f"/models/{losing_run.model_id}/r/{losing_run.number}/"
    assert list(trips.urls) == [f"{base}?tab=decisions&step={step}#decision" for step in (2, 9, 7)]
    assert list(trips.cites) == [f"run {losing_run.number} step {step}" for step in (2, 9, 7)]


def test_a_run_without_a_closed_trade_says_so(alice: User, losing_run: Run) -> None:
    found = used(alice, "analyze_trades", run=losing_run, symbol="NONE")
    assert fact(found, "win_rate") is None
    assert fact(found, "average_win") is None
    assert any("no round trip" in note for note in found.notes)


def test_definitions_come_with_sources(alice: User, losing_run: Run) -> None:
    found = used(alice, "calculate_metrics", run=losing_run, section="drawdown", definitions=True)
    assert "max of 1 − equity ÷ running peak" in column(table(found, "How"), "formula")
    assert fact(found, "coverage") == losing_run.coverage


def test_the_curve_comes_as_a_series(alice: User, losing_run: Run) -> None:
    lines = used(alice, "calculate_metrics", run=losing_run).series
    assert [line.title for line in lines] == ["Equity", "Buy and hold"]
    assert lines[0].points[-1][1] == 9944.0
    assert len(lines[0].points) == losing_run.cursor
