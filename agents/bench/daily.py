"""Years of daily bars of many symbols, from the tables through a baseline decider into the tables."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.deciders import decider_check
from agents.foreground import session_run
from core.rls import acting_as
from market.calendar import session_bounds, trading_days
from market.columns import Timeframe
from market.models import Bar, BarImport, Instrument
from profiles.models import TradingModel, TradingProfile
from runs.models import Mode, Run, RunState
from runs.services.start import RunRequest

FIRST, LAST = date(2019, 1, 2), date(2023, 12, 29)
SYMBOLS = 50
PARAMS = {"fast": 10, "slow": 30, "equity_percent": 40}


@dataclass(frozen=True, slots=True)
class DailyPace:
    """A whole run, from the request to stored statistics."""

    days: int
    symbols: int
    seconds: float
    orders: int
    fills: int
    state: str


@transaction.atomic
def daily_pace(*, symbols: int = SYMBOLS, first: date = FIRST, last: date = LAST) -> DailyPace:
    """Generate bars, run a moving-average cross over them, and measure the run. What it stores is rolled back."""
    days = trading_days(first, last)
    names = [f"BENCH{number}" for number in range(1, symbols + 1)]
    bars_generate(names, days)
    request = request_of(names, first, last)
    began = time.perf_counter()
    run = session_run(User(pk=request[0]), request[1], lambda run: None)
    seconds = time.perf_counter() - began
    transaction.set_rollback(True)
    return pace_of(run, seconds)


def pace_of(run: Run, seconds: float) -> DailyPace:
    if run.state != RunState.COMPLETED:
        raise RuntimeError(f"The run ended {run.state}: {run.failure_message}")
    return DailyPace(
        run.cursor, len(run.symbols), round(seconds, 2), run.order_count, run.fill_count, run.state
    )


def request_of(names: list[str], first: date, last: date) -> tuple[int, RunRequest]:
    """A user with a Model that may hold all of them, and what it runs."""
    user = User.objects.create(username=f"bench-{time.time_ns()}")
    with acting_as(user.pk):
        TradingProfile.objects.create(user=user, max_open_positions=len(names))
        model = TradingModel.objects.create(
            user=user,
            name="Bench",
            slug="bench",
            trading_style="investing",
            initial_cash=Decimal(1_000_000),
            max_position_size_dollars=None,
            max_daily_loss_dollars=None,
        )
    params = decider_check("sma_cross", PARAMS)
    request = RunRequest(
        model_id=model.pk,
        symbols=names,
        date_from=first,
        date_to=last,
        mode=Mode.DAILY,
        decider="sma_cross",
        decider_params=params,
    )
    return user.pk, request


def bars_generate(names: list[str], days: list[date], *, seed: int = 1) -> None:
    """A walk in cents around $100 for each name, one bar a trading day."""
    source = BarImport.objects.create(
        source="generated", format="bench", started_at=timezone.now(), status=BarImport.Status.COMPLETED
    )
    opens_at = [bounds.open for day in days if (bounds := session_bounds(day)) is not None]
    rows: list[Bar] = []
    for place, name in enumerate(names):
        instrument = Instrument.objects.create(symbol=name, name=f"Generated {place + 1}")
        rows += [
            Bar(
                instrument=instrument,
                bar_import=source,
                timeframe=Timeframe.DAY.value,
                start=start,
                open=open_,
                high=high,
                low=low,
                close=close,
                volume=volume,
            )
            for start, open_, high, low, close, volume in zip(
                opens_at, *walk(len(days), seed + place), strict=True
            )
        ]
    Bar.objects.bulk_create(rows, batch_size=5_000)


def walk(count: int, seed: int) -> list[list[Any]]:
    """Open, high, low, close and volume of so many days."""
    random = np.random.default_rng(seed)
    closes = np.maximum(10_000 + np.cumsum(random.integers(-150, 156, count)), 1_000)
    opens = np.maximum(np.concatenate([[10_000], closes[:-1]]) + random.integers(-40, 41, count), 1)
    highs = np.maximum(opens, closes) + random.integers(0, 60, count)
    lows = np.maximum(np.minimum(opens, closes) - random.integers(0, 60, count), 1)
    prices = [(column / 100).tolist() for column in (opens, highs, lows, closes)]
    return [*prices, random.integers(1_000_000, 9_000_000, count).tolist()]
