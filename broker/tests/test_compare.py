"""Curves of several runs on common axes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from broker.compare import MOST_POINTS, overlay_of, spread
from broker.tests.factories import equity_make
from core.rls import acting_as
from runs.compare.selection import Comparison, comparison_of
from runs.models import Run
from runs.tests.factories import progressed, run_make


def ended(user: User, steps: int, **fields: Any) -> Run:
    run = progressed(run_make(user, **fields), steps)
    equity_make(run, steps)
    return run


def compared(user: User, *runs: Run) -> Comparison:
    with acting_as(user.pk):
        return comparison_of(user, [run.pk for run in runs])


def test_runs_of_the_same_bars_are_drawn_over_time_with_buy_and_hold(alice: User) -> None:
    overlay = overlay_of(compared(alice, ended(alice, 30), ended(alice, 30)))
    chart = overlay.chart()
    assert (chart["unit"], chart["axis"]) == ("USD", "time")
    assert [line["key"] for line in chart["lines"]] == [0, 1, 2]
    assert {len(line["points"]) for line in chart["lines"]} == {30}
    assert chart["lines"][1]["points"][0][0] > 1_000_000_000


def test_runs_of_other_lengths_are_drawn_by_step_without_a_benchmark(alice: User) -> None:
    overlay = overlay_of(compared(alice, ended(alice, 30), ended(alice, 20)))
    chart = overlay.chart()
    assert (chart["axis"], [line["key"] for line in chart["lines"]]) == ("step", [1, 2])
    assert [line["points"][-1][0] for line in chart["lines"]] == [30, 20]
    assert overlay.table()[-1][1][1] is None


def test_runs_of_other_capital_are_drawn_as_growth(alice: User) -> None:
    rich = ended(alice, 30, initial_cash=Decimal(20_000))
    overlay = overlay_of(compared(alice, ended(alice, 30), rich))
    assert overlay.chart()["unit"] == "fraction"
    # The factory's curves grow by the same dollars: half as much of twice the money.
    first, second = (line["points"][0][1] for line in overlay.chart()["lines"])
    assert first == pytest.approx(2 * second, rel=0.01)


def test_a_run_without_a_step_has_no_line(alice: User) -> None:
    overlay = overlay_of(compared(alice, ended(alice, 30), run_make(alice)))
    assert [line["key"] for line in overlay.chart()["lines"]] == [1]


@pytest.mark.parametrize(
    ("count", "most", "rows"),
    [(0, 5, []), (1, 5, [0]), (4, 5, [0, 1, 2, 3]), (9, 5, [0, 2, 4, 6, 8]), (10, 4, [0, 3, 6, 9])],
)
def test_rows_are_spread_from_the_first_to_the_last(count: int, most: int, rows: list[int]) -> None:
    assert spread(count, most).tolist() == rows


def test_long_curves_are_thinned() -> None:
    assert len(spread(98_280, MOST_POINTS)) == MOST_POINTS
