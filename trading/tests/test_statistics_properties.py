"""What must hold for every equity curve, and a second opinion from pandas."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.statistics import DEFINITIONS, Statistics, StatisticsInput, compute
from trading.tests.statistics_samples import days, minutes, steady, trips_of, walk

cents = st.integers(1, 100_000_000).map(lambda n: n / 100)
curves = st.lists(cents, min_size=1, max_size=80)
pairs = st.tuples(cents, cents)
long_or_short_pairs = st.lists(pairs, min_size=1, max_size=29) | st.lists(pairs, min_size=30, max_size=60)
UNITS_THAT_DO_NOT_SCALE = {"fraction", "ratio", "count", "time", "text", "flag", "seconds"}


def of_days(equity: list[float], initial: float, benchmark: list[float] | None = None) -> Statistics:
    return compute(StatisticsInput(days(len(equity)), equity, initial, benchmark, timeframe="day"))


@steady
@given(st.lists(cents, min_size=1, max_size=80, unique=True), st.integers(1, 100).map(lambda n: n / 100))
def test_rising_equity_has_no_drawdown(equity: list[float], share: float) -> None:
    rising = sorted(equity)
    found = of_days(rising, rising[0] * share)

    assert found.max_drawdown == 0
    assert found.drawdown_count == 0


@steady
@given(curves, cents)
def test_drawdown_of_positive_equity_is_between_nothing_and_everything(
    equity: list[float], initial: float
) -> None:
    found = of_days(equity, initial)

    assert found.max_drawdown is not None
    assert 0 <= found.max_drawdown < 1
    assert found.current_drawdown is not None
    assert 0 <= found.current_drawdown <= found.max_drawdown
    if found.average_drawdown is not None:
        assert 0 < found.average_drawdown <= found.max_drawdown


@steady
@given(long_or_short_pairs, cents, st.integers(1, 10_000))
def test_equity_in_another_currency_changes_no_ratio(
    points: list[tuple[float, float]], initial: float, factor: int
) -> None:
    own, other = [a for a, _ in points], [b for _, b in points]
    before = of_days(own, initial, other)
    after = of_days([e * factor for e in own], initial * factor, [b * factor for b in other])

    for name, definition in DEFINITIONS.items():
        if definition.unit in UNITS_THAT_DO_NOT_SCALE:
            expected = getattr(before, name)
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-6, abs=1e-9)
            assert getattr(after, name) == expected, name


@steady
@given(long_or_short_pairs, cents, st.sampled_from([1, 390]))
def test_every_figure_is_finite_or_undefined(
    points: list[tuple[float, float]], initial: float, bars: int
) -> None:
    own, other = [a for a, _ in points], [b for _, b in points]
    found = compute(
        StatisticsInput(
            minutes(len(points)), own, initial, other, trips_of(*own), exposure=other, bars_per_session=bars
        )
    )

    for field in fields(found):
        value = getattr(found, field.name)
        assert not isinstance(value, float) or math.isfinite(value), field.name
    assert Statistics.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


def test_pandas_agrees_on_minute_equity_resampled_across_the_change_of_clocks() -> None:
    # Extended hours, so that the evening minutes lie on the next day in UTC.
    calendar = pd.bdate_range("2024-02-05", "2024-04-12", tz="America/New_York")
    stamps = [day + pd.Timedelta(hours=4, minutes=60 * n) for day in calendar for n in range(16)]
    times = [stamp.tz_convert("UTC").to_pydatetime() for stamp in stamps]
    frame = pd.DataFrame(
        {seed: walk(seed, len(times), 0.004, 2e-4) for seed in (11, 12)}, index=pd.DatetimeIndex(stamps)
    )

    found = compute(StatisticsInput(times, frame[11].to_numpy(), 100_000, frame[12].to_numpy()))

    closes = frame.resample("D").last().dropna()
    returns = closes / closes.shift(1).fillna(100_000) - 1
    r, b = returns[11], returns[12]
    depth = (1 - frame / frame.cummax().clip(lower=100_000)).max()
    total = frame.iloc[-1] / 100_000
    expected = {
        "basis": "daily",
        "return_count": len(calendar),
        "cagr": total[11] ** (252 / len(calendar)) - 1,
        "annual_volatility": r.std() * np.sqrt(252),
        "sharpe": r.mean() / r.std() * np.sqrt(252),
        "sortino": r.mean() * 252 / (np.sqrt((r.clip(upper=0) ** 2).mean()) * np.sqrt(252)),
        "omega": r[r > 0].sum() / -r[r < 0].sum(),
        "max_drawdown": depth[11],
        "var_95_historical": r.quantile(0.05),
        "cvar_95_historical": r.nsmallest(3).mean(),  # ⌊49 × 0.05⌋ + 1
        "beta": r.cov(b) / b.var(),
        "tracking_error": (r - b).std() * np.sqrt(252),
        "information_ratio": (r - b).mean() / (r - b).std() * np.sqrt(252),
        "excess_return": total[11] - total[12],
        "benchmark_max_drawdown": depth[12],
    }
    assert {name: getattr(found, name) for name in expected} == {
        name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        for name, value in expected.items()
    }
