"""Live sessions bar by bar, on a tape whose every figure is known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from agents.live.tests.world import CLOSE, Tape, at, live_run, market_day, play, wake
from agents.replay import differences, replay
from agents.tests.tape import script_of, trader, wish
from broker.models import Fill, Order
from profiles.models import TradingModel
from reasoning.models import Entry
from runs.models import Run, RunState


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice)


def script(**steps: list[object]) -> dict[str, object]:
    """`s3=[…]`: what is wanted at step 3."""
    return script_of({int(name[1:]): wanted for name, wanted in steps.items()})  # type: ignore[misc]  # wishes and numbers


def outcomes(run: Run) -> dict[int, tuple[str, str | None]]:
    rows = Entry.objects.filter(run=run, kind="decision").values_list("step", "outcome", "context")
    return {step: (outcome, context.get("skipped")) for step, outcome, context in rows}


def test_a_bar_is_decided_on_as_it_closes_and_fills_in_the_next(alice: User, model: TradingModel) -> None:
    tape = Tape()
    tape.row(0, 100, 101, 102, 103)
    with market_day(tape) as hands:
        run = live_run(alice, model, decider_params=script(s2=[wish("buy", 10)]))
        run = wake(run)
        assert (run.state, run.cursor, run.wake_at) == (RunState.RUNNING, 0, at(1, 1))
        hands.move_to(at(1, 1))
        run = wake(run)
        assert (run.cursor, run.simulated_at, run.wake_at) == (1, at(1), at(2, 1))
        assert (run.lease_owner, run.lease_expires_at) == ("", None), "it waits without a worker"
        run = play(run, hands, at(4))
    assert run.cursor == 3
    fill = Fill.objects.get(run=run)
    assert (fill.quantity, fill.price, fill.at, fill.step) == (10, Decimal(102), at(2), 3)
    assert run.equity == run.initial_cash


def test_it_ends_at_the_close_with_statistics_and_nothing_left_working(
    alice: User, model: TradingModel
) -> None:
    tape = Tape()
    tape.row(380, *[100 + minute / 100 for minute in range(10)])
    limit = wish("buy", 5, order_type="limit", limit_price="90")
    with market_day(tape, now=at(380)) as hands:
        run = live_run(alice, model, decider_params=script(s1=[wish("buy", 10), limit]))
        run = play(run, hands)
    run.refresh_from_db()
    assert (run.state, run.cursor, run.steps_total) == (RunState.COMPLETED, 10, 10)
    assert (run.simulated_at, run.bars_present, run.bars_expected) == (CLOSE, 10, 390)
    assert sorted(Order.objects.filter(run=run).values_list("status", flat=True)) == ["expired", "filled"]
    # 10 shares from 100.01 to 100.09
    assert run.equity == run.initial_cash + 10 * (Decimal("100.09") - Decimal("100.01"))
    assert run.statistics.as_of_step == 10
    assert tape.asked[-9:] == [at(minute, 1) for minute in range(382, 391)], "one question a minute"
    assert differences(run, replay(run)) == []
