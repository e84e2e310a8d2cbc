"""Whole runs as rows, without a session behind them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from broker.tests.factories import equity_make, orders_make, position_make, round_trip_make
from market.models import Instrument
from reasoning.tests.factories import entries_make
from runs.models import Run, RunState
from runs.tests.factories import progressed, run_make, statistics_make
from trading.types import Outcome

EVERY_ORDER, EVERY_DENIAL = 20, 50


def finished_run(user: User, steps: int = 400, *, state: str = RunState.COMPLETED, **fields: Any) -> Run:
    """A run with everything on record: an order every 20 steps, a denial every 50, one step without an answer."""
    Instrument.objects.get_or_create(symbol="TEST", defaults={"name": "Test"})
    run = progressed(run_make(user, **fields), steps, state=state)
    ordered = list(range(EVERY_ORDER, steps, EVERY_ORDER))
    outcomes = dict.fromkeys(ordered, Outcome.ORDERED)
    outcomes |= dict.fromkeys((step + 1 for step in range(EVERY_DENIAL, steps, EVERY_DENIAL)), Outcome.DENIED)
    outcomes |= {2: Outcome.FAILED}
    orders = orders_make(run, ordered)
    entries_make(run, steps, outcomes, {order.decided_step: order.number for order in orders})
    equity_make(run, steps)
    position_make(run, quantity=10 if len(orders) % 2 else 0)
    for trip in range(1, len(orders) // 2 + 1):
        round_trip_make(run, trip, ordered[2 * trip - 2] + 1, ordered[2 * trip - 1] + 1)
    run.order_count = run.fill_count = len(orders)
    run.denial_count = sum(outcome == Outcome.DENIED for outcome in outcomes.values())
    run.decided_count, run.failed_count = steps - 1, 1
    run.save()
    if not run.is_active:
        statistics_make(run)
    return run
