"""The equity curve: stored as columns, read step by step, the same figures either way."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection

from agents.beside import buy_and_hold_units
from agents.foreground import session_run
from agents.tests.world import bars_make, model_make, request_make
from agents.timeline import timeline_load
from broker.equity import UNITS, to_dollars, to_units
from broker.fields import Int64ArrayField
from broker.models import EquityPoint, EquitySegment
from broker.selectors import equity_curve
from core.rls import acting_as
from runs.models import Run
from trading.benchmarks import buy_and_hold
from trading.settings import ExecutionSettings


@pytest.fixture
def run(alice: User) -> Run:
    bars_make(left_out=[1, 7, 8])
    bars_make("OTHER", seed=5, left_out=[0, 200])
    model = model_make(alice)
    request = request_make(model, "random", symbols=["TEST", "OTHER"], decider_params={"probability": 0.2})
    return session_run(alice, request, lambda run: None)


def test_points_and_columns_say_the_same(run: Run) -> None:
    points = list(EquityPoint.objects.filter(run=run).order_by("step"))
    curve = equity_curve(run)
    assert len(points) == len(curve) == run.steps_total
    peak = run.initial_cash
    for index, (point, column) in enumerate(zip(points, curve.points(), strict=True)):
        assert (point.step, point.at, point.equity, point.cash) == (
            index + 1, column.at, column.equity, column.cash,
        )  # fmt: skip
        assert point.benchmark_equity == column.benchmark_equity
        assert point.equity == point.cash + point.long_value - point.short_value
        peak = max(peak, point.equity)
        assert float(point.drawdown) == pytest.approx(float(1 - point.equity / peak), abs=1e-9)
        assert column.drawdown == pytest.approx(float(1 - point.equity / peak), abs=1e-12)


def test_the_view_shows_strangers_nothing(run: Run, charlie: User, app_role: None) -> None:
    assert not EquityPoint.objects.exists()
    with acting_as(charlie.pk):
        assert not EquityPoint.objects.exists()
    with acting_as(run.user_id):
        assert EquityPoint.objects.count() == run.steps_total


def test_buy_and_hold_in_columns_is_the_pure_one(run: Run) -> None:
    timeline = timeline_load(run)
    settings = ExecutionSettings.from_json(run.snapshot["execution"])
    bars = {symbol: columns.to_bars() for symbol, columns in timeline.columns.items()}
    pure = buy_and_hold(bars, run.initial_cash, settings)
    units = buy_and_hold_units(timeline, run.initial_cash, settings)
    assert [to_dollars(unit) for unit in units] == [equity for _, equity in pure.equity]


def test_dollars_survive_the_columns_to_eight_decimals() -> None:
    amounts = [Decimal(0), Decimal("-12.5"), Decimal("999999999.99999999"), Decimal("0.000000005")]
    assert [to_dollars(unit) for unit in to_units(amounts)] == [*amounts[:3], Decimal(0)]
    assert UNITS == 10**8


def test_a_column_holds_whole_numbers_only() -> None:
    field = Int64ArrayField()
    with pytest.raises(ValidationError, match="whole numbers"):
        field.to_python(np.array([1.5]))
    with pytest.raises(ValidationError, match="2 dimensions"):
        field.to_python(np.array([[1]]))


def test_columns_are_arrays_that_sql_can_read(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(cardinality(equity)) FROM {EquitySegment._meta.db_table}")
        assert cursor.fetchone() == (run.steps_total,)
