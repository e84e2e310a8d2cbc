"""Drawdown, patterns and comparison, against arithmetic by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.tests.tape import days, trade, trader, wish
from agents.tests.world import DAY
from agents.tools.chance import difference_chance, mean_interval, share_interval, student
from agents.tools.tests.scene import column, fact, losing_run_of, model_of, table, used
from broker.models import EquityPoint, RoundTrip
from broker.tests.factories import orders_make, round_trip_make
from reasoning.tests.factories import entry_of
from runs.models import Run, RunStatistics
from runs.tests.factories import progressed, run_make, step_end
from trading.types import Outcome

# Equity by step of the scene: 10,000 to step 2; 9,999 with 10 TEST at 100; −20 at 98, −30 at 97; out at 96 for another
# dollar: 9,958. In at step 8 for a dollar: 9,957. +10 at 52: 9,967, +15 − 1 at 53 and −1 for TEST: 9,970 …
PEAK, TROUGH = Decimal(10_000), Decimal(9_944)


def test_drawdown_is_the_stored_one_and_adds_up(alice: User, losing_run: Run) -> None:
    found = used(alice, "explain_drawdown", run=losing_run)
    stored = RunStatistics.objects.get(run=losing_run)
    assert fact(found, "max_drawdown") == stored.max_drawdown == pytest.approx(56 / 10_000)
    assert fact(found, "loss") == TROUGH - PEAK
    assert fact(found, "peak_step") == 2
    assert fact(found, "trough_step") == 13
    parts = table(found, "By symbol")
    contributed = dict(zip(column(parts, "symbol"), column(parts, "profit"), strict=True))
    # OTHER: +13 closed, then 4 shares from 51 to 50 and a dollar to get in.
    assert contributed == {"TEST": Decimal(-64), "OTHER": Decimal(8)}
    assert fact(found, "other") == 0


def test_drawdown_names_its_trips_and_decisions(alice: User, losing_run: Run) -> None:
    found = used(alice, "explain_drawdown", run=losing_run)
    trips = table(found, "Round trips behind it")
    assert list(zip(column(trips, "symbol"), column(trips, "within"), strict=True)) == [
        ("TEST", Decimal(-40)),
        ("TEST", Decimal(-20)),
        ("OTHER", Decimal(15)),
    ]
    decisions = table(found, "Decisions")
    assert column(decisions, "order")[0] == "buy 10 TEST"
    assert len(decisions.rows) == 7
    assert (decisions.urls[0] or "").endswith("step=2#decision")


def test_drawdown_starts_in_the_middle_of_a_trade(alice: User) -> None:
    """Bought at 100, risen to 110, fallen to 99: only the fall from 110 counts."""
    days(100, 100, 110, 105, 99, 99, 112)
    model = trader(alice, execution={"slippage": "none"})
    fields = {"mode": "daily", "session": "", "date_from": days_of(0), "date_to": days_of(10)}
    run = trade(alice, model, {1: [wish("buy", 10)]}, **fields)
    found = used(alice, "explain_drawdown", run=run)
    assert fact(found, "loss") == -110
    assert fact(found, "peak_equity") == 10_100
    assert fact(found, "max_drawdown") == pytest.approx(110 / 10_100)
    part = table(found, "By symbol")
    assert column(part, "mark_before") == [110]
    assert column(part, "mark_after") == [99]
    assert fact(found, "recovered_at") is not None


def days_of(later: int) -> date:
    return DAY + timedelta(days=later)


def test_a_run_that_never_fell_says_so(alice: User) -> None:
    days(100, 100, 101, 102)
    model = trader(alice, execution={"slippage": "none"})
    run = trade(alice, model, {}, mode="daily", session="", date_from=days_of(0), date_to=days_of(5))
    assert used(alice, "explain_drawdown", run=run).notes == ["Equity never fell below its peak."]


def test_patterns_of_few_trades_claim_nothing(alice: User, losing_run: Run) -> None:
    found = used(alice, "find_patterns", run=losing_run)
    assert any("Too few to tell: 3 round trips" in note for note in found.notes)
    hours = table(found, "By hour")
    assert column(hours, "finding") == ["too few to tell"]
    assert column(hours, "trips") == [3]


def trips_store(run: Run, wins_by_hour: dict[int, tuple[int, int]]) -> None:
    """So many winners of $3 and losers of $2 in an hour of the exchange's day, each of one minute."""
    RoundTrip.objects.filter(run=run).delete()
    seq = 0
    for hour, (wins, losses) in wins_by_hour.items():
        for number in range(wins + losses):
            seq += 1
            at = step_end(0) + timedelta(hours=hour - 9, minutes=number % 25)
            RoundTrip.objects.create(
                user_id=run.user_id, run=run, seq=seq, symbol="TEST", direction="long", quantity=1,
                entry_price=100, exit_price=100, entry_at=at, exit_at=at + timedelta(minutes=1),
                entry_step=2, exit_step=3, fees=0, pnl=3 if number < wins else -2,
            )  # fmt: skip


def test_patterns_find_an_hour_that_wins(alice: User, losing_run: Run) -> None:
    trips_store(losing_run, {10: (25, 5), 11: (5, 25), 12: (3, 2)})
    hours = table(used(alice, "find_patterns", run=losing_run, subjects=["time_of_day"]), "By hour")
    assert [row[0] for row in hours.rows] == ["10:00–11:00", "11:00–12:00", "12:00–13:00"]
    assert column(hours, "trips") == [30, 30, 5]
    assert column(hours, "average") == [Decimal(65) / 30, Decimal(-35) / 30, Decimal(1)]
    assert column(hours, "finding") == [
        "wins more often than the rest",
        "wins less often than the rest",
        "too few to tell",
    ]
    # Wilson's interval of 25 in 30, from the literature's formula worked out apart: 0.6644 … 0.9266.
    assert column(hours, "win_rate_low")[0] == pytest.approx(0.6644, abs=1e-4)
    assert column(hours, "win_rate_high")[0] == pytest.approx(0.9266, abs=1e-4)


def test_patterns_of_chance_are_not_told_apart(alice: User, losing_run: Run) -> None:
    trips_store(losing_run, {10: (15, 15), 11: (17, 13)})
    hours = table(used(alice, "find_patterns", run=losing_run, subjects=["time_of_day"]), "By hour")
    assert column(hours, "finding") == ["not told apart from the rest"] * 2


def test_patterns_by_confidence_of_the_entry(alice: User, losing_run: Run) -> None:
    assert len(used(alice, "find_patterns", run=losing_run, subjects=["confidence"]).tables) == 0
    run = progressed(run_make(alice), 30)
    orders_make(run, [2, 4, 6, 8])
    for step, confidence in {2: 0.65, 4: 0.99, 6: None, 8: 0.1}.items():
        entry_of(run, step, Outcome.ORDERED, confidence=confidence).save()
    round_trip_make(run, 1, 3, 5)
    round_trip_make(run, 2, 7, 9)
    bins = table(used(alice, "find_patterns", run=run, subjects=["confidence"]), "By confidence")
    assert [list(row[:4]) for row in bins.rows] == [["60–70 %", 1, 1, 1.0]]


def test_all_runs_of_a_model_count_together(alice: User, losing_run: Run) -> None:
    losing_run_of(alice, losing_run.model)
    found = used(alice, "find_patterns", run=losing_run, all_runs=True)
    assert fact(found, "runs") == 2
    assert fact(found, "trip_count") == 6
    assert any("not independent" in note for note in found.notes)


def test_comparison_shows_stored_figures_and_only_what_differs(alice: User, losing_run: Run) -> None:
    other = model_of(alice, "Bare", max_daily_loss_dollars=300)
    second = losing_run_of(alice, other)
    found = used(alice, "compare_runs", run=losing_run, run_ids=[second.pk])
    figures = table(found, "Figures")
    assert column(figures, "run") == [losing_run.number, second.number]
    stored = [RunStatistics.objects.get(run=run).total_return for run in (losing_run, second)]
    assert column(figures, "total_return") == stored == [pytest.approx(-0.0056)] * 2
    differing = table(found, "What was set up otherwise")
    assert [row[0] for row in differing.rows] == ["model.max_daily_loss_dollars", "model.name"]
    assert differing.rows[0][1:] == ["not set", "300.00"]
    assert found.series[0].points[-1][1] == pytest.approx(-0.0056)


def test_comparison_without_names_takes_the_newest(alice: User, losing_run: Run) -> None:
    second = losing_run_of(alice, losing_run.model)
    found = used(alice, "compare_runs", model=losing_run.model)
    assert column(table(found, "Figures"), "run") == [second.number, losing_run.number]


def test_comparison_of_other_data_warns(alice: User, losing_run: Run) -> None:
    alone = trade(alice, losing_run.model, {}, symbols=["TEST"])
    found = used(alice, "compare_runs", run=losing_run, run_numbers=[alone.number])
    assert any("did not trade the same data" in note for note in found.notes)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (29, 2.045), (30, 2.042)]
)
def test_student_is_that_of_the_printed_tables(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, abs=5e-4)


def test_intervals_of_textbook_examples() -> None:
    assert share_interval(0, 0) is None
    low, high = share_interval(1, 10) or (0, 0)  # Wilson: 0.0179 … 0.4042
    assert (low, high) == (pytest.approx(0.0179, abs=1e-4), pytest.approx(0.4042, abs=1e-4))
    assert mean_interval([5.0]) is None
    low, high = mean_interval([1, 2, 3, 4, 5]) or (0, 0)  # 3 ± 2.776 · 1.5811 ÷ √5
    assert (low, high) == (pytest.approx(1.0368, abs=1e-4), pytest.approx(4.9632, abs=1e-4))


def test_fishers_tea_lady() -> None:
    assert difference_chance(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert difference_chance(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert difference_chance(5, 10, 5, 10) == 1


def test_equity_of_the_scene_is_as_worked_out(alice: User, losing_run: Run) -> None:
    """The table in `scene`, step by step."""
    points = EquityPoint.objects.filter(run=losing_run).order_by("step").values_list("equity", flat=True)
    assert [int(point) for point in points] == [
        10_000, 10_000, 9_999, 9_979, 9_969, 9_958, 9_958, 9_957, 9_967, 9_970, 9_970, 9_948, 9_944,
    ]  # fmt: skip
