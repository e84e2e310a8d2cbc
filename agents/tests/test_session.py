"""Sessions from their start to their end, in this process, on stored bars."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Sum
from pytest_django.fixtures import Settings

from agents.deciders.base import Observation
from agents.deciders.sma_cross import SmaCross
from agents.foreground import session_run
from agents.session import advance, think
from agents.setup import Desk
from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make, request_make, run_make
from agents.turns import Turn
from broker.models import EquityPoint, Fill, Order, Position, RoundTrip
from market.models import Bar
from profiles.models import TradingModel
from reasoning.models import Entry
from runs.models import Run, RunState
from runs.services import LeaseLost, lease_take, run_stop
from trading.types import Decision, Side

Trade = Callable[..., Run]


@pytest.fixture
def model(alice: User) -> TradingModel:
    bars_make()
    return model_make(alice)


@pytest.fixture
def trade(alice: User, model: TradingModel) -> Trade:
    def trade(decider: str = "sma_cross", **fields: Any) -> Run:
        run = session_run(alice, request_make(model, decider, **fields), lambda run: None)
        run.refresh_from_db()
        return run

    return trade


def test_a_session_completes_with_every_step_on_record(trade: Trade) -> None:
    run = trade()
    assert (run.state, run.cursor, run.steps_total, run.coverage) == (RunState.COMPLETED, 390, 390, 1.0)
    entries = list(Entry.objects.filter(run=run).order_by("seq"))
    assert [entry.step for entry in entries] == list(range(1, 391))
    assert all(entry.content for entry in entries)
    assert EquityPoint.objects.filter(run=run).count() == 390
    assert (run.asked_count, run.decided_count, run.failed_count) == (390, 390, 0)
    assert run.order_count == Order.objects.filter(run=run).count() > 0
    assert run.fill_count == Fill.objects.filter(run=run).count() > 0


def test_fills_reproduce_cash_and_positions_exactly(trade: Trade) -> None:
    run = trade("random", decider_params={"probability": 0.2})
    cash, held = run.initial_cash, 0
    for fill in Fill.objects.filter(run=run).order_by("seq"):
        sign = 1 if fill.side == Side.BUY else -1
        cash -= sign * fill.quantity * fill.price + fill.fee
        held += sign * fill.quantity
    last = EquityPoint.objects.filter(run=run).latest("step")
    assert last.cash == cash
    assert sum(position.quantity for position in Position.objects.filter(run=run)) == held
    close = Decimal(str(Bar.objects.latest("start").close))
    assert last.equity == cash + held * close == run.equity


def test_buy_and_hold_equals_first_fill_to_last_mark(trade: Trade) -> None:
    run = trade("buy_and_hold", decider_params={"quantity": 15})
    first, second = Bar.objects.order_by("start")[:2]
    last = Bar.objects.latest("start")
    # One basis point against the buyer, rounded up to the cent.
    price = (Decimal(str(second.open)) * Decimal("1.0001")).quantize(Decimal("0.01"), rounding="ROUND_UP")
    fill = Fill.objects.get(run=run)
    assert (fill.quantity, fill.price, fill.at) == (15, price, second.start)
    expected = (15 * (Decimal(str(last.close)) - price)) / run.initial_cash
    assert run.statistics.total_return == pytest.approx(float(expected), abs=1e-12)
    assert first.start < fill.at


def test_an_order_never_fills_in_the_bar_that_was_shown(trade: Trade) -> None:
    run = trade("random", decider_params={"probability": 0.3})
    for fill in Fill.objects.filter(run=run).select_related("order"):
        assert fill.at >= fill.order.decided_at
        assert fill.step > fill.order.decided_step


def test_a_denied_order_is_on_record_with_code_limit_and_attempt(trade: Trade) -> None:
    run = trade("buy_and_hold", decider_params={"equity_percent": 60})
    entry = Entry.objects.filter(run=run, outcome="denied").first()
    assert entry is not None
    assert {"POSITION_SIZE"} <= {verdict["code"] for verdict in entry.verdicts}
    verdict = next(verdict for verdict in entry.verdicts if verdict["code"] == "POSITION_SIZE")
    assert Decimal(verdict["limit"]) < Decimal(verdict["attempted"])
    assert verdict["message"]
    assert not Order.objects.filter(run=run).exists()
    assert run.denial_count > 0


def test_the_reason_stands_with_the_trade(trade: Trade) -> None:
    run = trade()
    for order in Order.objects.filter(run=run):
        entry = Entry.objects.get(run=run, step=order.decided_step)
        assert order.reason == entry.content[:500] != ""
        assert order.number in entry.order_numbers


def test_several_symbols_share_one_account(trade: Trade) -> None:
    bars_make("OTHER", seed=2)
    run = trade(symbols=["TEST", "OTHER"])
    assert run.state == RunState.COMPLETED
    assert set(Fill.objects.filter(run=run).values_list("symbol", flat=True)) == {"TEST", "OTHER"}
    assert (run.steps_total, run.bars_expected) == (390, 780)


def test_missing_minutes_have_no_step_and_lower_the_coverage(alice: User) -> None:
    bars_make(left_out=range(1, 390, 2))
    run = session_run(alice, request_make(model_make(alice)), lambda run: None)
    assert (run.state, run.steps_total, run.coverage) == (RunState.COMPLETED, 195, 0.5)
    minutes = set(Bar.objects.values_list("start", flat=True))
    assert set(Fill.objects.filter(run=run).values_list("at", flat=True)) <= minutes


def test_a_run_without_bars_fails_and_has_no_return(trade: Trade) -> None:
    run = trade(session="pre")
    assert (run.state, run.failure_code, run.cursor) == (RunState.FAILED, "no_data", 0)
    assert "no pre session bars of TEST for 2026-03-10" in run.failure_message
    assert not hasattr(run, "statistics")


def test_a_recording_repeats_decisions_fills_and_statistics_exactly(trade: Trade) -> None:
    first = trade("random", decider_params={"probability": 0.1})
    again = trade("recording", decider_params={"run": first.number})
    fills = [
        list(
            Fill.objects.filter(run=run).order_by("seq").values_list("at", "side", "quantity", "price", "fee")
        )
        for run in (first, again)
    ]
    assert fills[0] == fills[1] != []
    assert first.statistics.values == again.statistics.values
    points = [
        list(EquityPoint.objects.filter(run=run).values_list("step", "equity")) for run in (first, again)
    ]
    assert points[0] == points[1]


def test_the_same_run_twice_is_the_same_to_the_last_digit(trade: Trade) -> None:
    first, second = trade("mean_reversion"), trade("mean_reversion")
    assert first.snapshot_hash == second.snapshot_hash
    assert first.data_hash == second.data_hash
    assert first.statistics.values == second.statistics.values


def test_stop_ends_a_run_within_one_commit_and_keeps_everything(
    alice: User, model: TradingModel, settings: Settings
) -> None:
    settings.RUN_COMMIT_STEPS = 50
    run = run_make(alice, model)
    claim = lease_take(alice, run.pk, owner="test")
    assert claim is not None
    run_stop(alice, run.pk)
    assert advance(alice, claim, Turn(60)) == RunState.STOPPED
    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    assert 0 < run.cursor < 390
    assert Entry.objects.filter(run=run).count() == run.cursor
    assert run.statistics.as_of_step == run.cursor


def test_slices_hand_on_where_they_left_off(alice: User, model: TradingModel, settings: Settings) -> None:
    settings.RUN_COMMIT_STEPS = 50
    run = run_make(alice, model)
    rounds = 0
    while run_slice(alice.pk, run.pk, slice_seconds=0):
        rounds += 1
    run.refresh_from_db()
    assert rounds == 7
    assert (run.state, Entry.objects.filter(run=run).count()) == (RunState.COMPLETED, 390)


def test_thinking_ahead_of_what_is_stored_changes_no_result(
    alice: User, model: TradingModel, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RUN_COMMIT_STEPS = 50
    found = []
    for looks_ahead in (True, False):
        monkeypatch.setattr(Desk, "may_look_ahead", looks_ahead)
        run = session_run(alice, request_make(model, "random"), lambda run: None)
        run.refresh_from_db()
        rows = Entry.objects.filter(run=run).order_by("seq").values_list("step", "content", "intents")
        found.append((run.state, run.statistics.values, list(rows)))
    assert found[0] == found[1]


@pytest.mark.django_db(transaction=True)
def test_a_bug_in_what_was_thought_ahead_loses_nothing_that_was_stored(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RUN_COMMIT_STEPS = 50
    alice = User.objects.create_user("alice")
    bars_make()
    run = run_make(alice, model_make(alice))
    decide = SmaCross.decide

    def fail_later(decider: SmaCross, seen: Observation) -> Decision:
        return decide(decider, seen) if seen.step <= 120 else 1 / 0  # type: ignore[return-value]  # never returned

    monkeypatch.setattr(SmaCross, "decide", fail_later)
    monkeypatch.setattr(SmaCross, "rests_on", lambda *args: None)
    with pytest.raises(ZeroDivisionError):
        run_slice(alice.pk, run.pk, slice_seconds=10)
    run.refresh_from_db()
    assert (run.state, run.failure_code, run.cursor) == (RunState.FAILED, "internal_error", 100)
    assert Entry.objects.filter(run=run).count() == 100


def test_a_worker_that_lost_its_lease_writes_nothing(alice: User, model: TradingModel) -> None:
    run = run_make(alice, model)
    claim = lease_take(alice, run.pk, owner="first")
    assert claim is not None
    Run.objects.filter(pk=run.pk).update(lease_token=claim.token + 1)
    with pytest.raises(LeaseLost):
        advance(alice, claim, Turn(60))
    assert not Entry.objects.exists()


def test_a_worker_that_loses_its_lease_while_it_thinks_stores_nothing(
    alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_make(alice, model)
    claim = lease_take(alice, run.pk, owner="first")
    assert claim is not None

    def think_for_too_long(*args: Any) -> None:
        think(*args)
        Run.objects.filter(pk=run.pk).update(lease_token=claim.token + 1)

    monkeypatch.setattr("agents.session.think", think_for_too_long)
    with pytest.raises(LeaseLost):
        advance(alice, claim, Turn(60))
    run.refresh_from_db()
    assert (run.cursor, run.log_count) == (0, 0)
    assert not Entry.objects.exists()
    assert not Order.objects.exists()


def test_bars_that_changed_under_a_run_fail_it(alice: User, model: TradingModel, settings: Settings) -> None:
    settings.RUN_COMMIT_STEPS = 50
    run = run_make(alice, model)
    assert run_slice(alice.pk, run.pk, slice_seconds=0)
    last = Bar.objects.latest("start")
    Bar.objects.filter(pk=last.pk).update(volume=last.volume + 1)
    assert not run_slice(alice.pk, run.pk, slice_seconds=10)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "data_changed")


def test_a_bug_is_recorded_and_not_swallowed(
    alice: User, model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_make(alice, model)
    monkeypatch.setattr("agents.session.steps_record", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_slice(alice.pk, run.pk, slice_seconds=10)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "internal_error")
    assert "ZeroDivisionError" in run.failure_message
    assert not Entry.objects.exists(), "the step that broke left nothing behind"


def test_scripted_orders_of_other_types_reach_the_book(alice: User) -> None:
    bars_make()
    model = model_make(alice, allowed_order_types=["market", "limit", "stop", "bracket"])
    script = [
        {
            "step": 1,
            "intents": [
                {"action": "buy", "symbol": "TEST", "quantity": 5, "order_type": "limit", "limit_price": "90"}
            ],
        },
        {"step": 3, "intents": [{"action": "buy", "symbol": "TEST", "quantity": 5}]},
        {"step": 10, "cancels": [1]},
    ]
    run = session_run(
        alice, request_make(model, "scripted", decider_params={"script": script}), lambda run: None
    )
    orders = {order.number: order for order in Order.objects.filter(run=run)}
    assert (orders[1].status, orders[1].order_type, orders[1].filled_quantity) == ("cancelled", "limit", 0)
    assert (orders[2].status, orders[2].filled_quantity) == ("filled", 5)
    assert Fill.objects.filter(run=run).aggregate(total=Sum("quantity"))["total"] == 5
    assert not RoundTrip.objects.filter(run=run).exists()
