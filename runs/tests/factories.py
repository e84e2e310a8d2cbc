"""Runs as rows, without a session behind them, for tests of this room and of those above."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from profiles.models import TradingModel, TradingProfile
from profiles.tests.factories import trading_model_make
from runs.models import Run, RunEvent, RunState, RunStatistics
from runs.snapshot import snapshot_hash, snapshot_take

DAY = date(2026, 3, 10)  # a Tuesday
OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)  # 09:30 in New York


def step_end(step: int) -> datetime:
    """The simulated clock after a step of a minute run."""
    return OPEN + timedelta(minutes=step)


def run_make(user: User, model: TradingModel | None = None, **fields: Any) -> Run:
    """A queued run with a real snapshot; `fields` say what is different about it."""
    model = model or TradingModel.objects.filter(user=user).first() or trading_model_make(user)
    snapshot = snapshot_take(
        model=model,
        profile=TradingProfile(user=user),
        decider="sma_cross",
        decider_params={},
        mode="intraday",
    )
    number = model.next_run_number
    TradingModel.objects.filter(pk=model.pk).update(next_run_number=number + 1)
    model.next_run_number = number + 1
    values: dict[str, Any] = {
        "number": number,
        "date_from": DAY,
        "date_to": DAY,
        "symbols": ["TEST"],
        "decider": "sma_cross",
        "snapshot": snapshot,
        "snapshot_hash": snapshot_hash(snapshot),
        "initial_cash": model.initial_cash,
    }
    run = Run.objects.create(user=user, model=model, **values | fields)
    RunEvent.objects.create(user=user, run=run, seq=1, kind="queued")
    return run


def progressed(run: Run, steps: int, *, total: int | None = None, state: str = RunState.COMPLETED) -> Run:
    """Move a run's counters as a session of so many steps would have."""
    now = timezone.now()
    run.state, run.cursor, run.steps_total = state, steps, total or steps
    run.asked_count = run.decided_count = steps
    run.bars_present, run.bars_expected, run.data_hash = steps, steps, "d" * 64
    run.equity, run.simulated_at = Decimal("10084.20"), step_end(steps)
    run.started_at = now - timedelta(seconds=1)
    run.ended_at = None if run.is_active else now
    run.save()
    return run


def statistics_make(run: Run, **fields: Any) -> RunStatistics:
    """Stored statistics of a run, good ones unless told otherwise."""
    figures: dict[str, Any] = {
        "as_of_step": run.cursor,
        "final_equity": Decimal("10084.20"),
        "total_return": 0.00842,
        "max_drawdown": 0.0031,
        "benchmark_return": 0.0051,
        "values": {"total_return": 0.00842, "max_drawdown": 0.0031, "sharpe": None},
    }
    return RunStatistics.objects.create(user_id=run.user_id, run=run, **figures | fields)
