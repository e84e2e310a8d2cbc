"""Runs over days: the week's loss, splits, dividends and ticker changes, against arithmetic done here."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from agents.replay import replay
from agents.tests.tape import BARE, action, days, trade, trader, wish
from agents.tests.test_run_page import text_of, url_of
from broker.charts import candles_chart
from broker.models import EquityPoint, Fill, Order, Position, RoundTrip
from core.rls import acting_as
from market.models import CorporateAction
from profiles.models import TradingModel, TradingProfile
from reasoning.models import Entry
from runs.models import Run, RunState

MONDAY = date(2026, 3, 9)


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, trading_style="investing")


def daily(alice: User, model: TradingModel, period: list[date], steps: Any, **fields: Any) -> Run:
    run = trade(alice, model, steps, mode="daily", date_from=period[0], date_to=period[-1], **fields)
    assert run.state == RunState.COMPLETED, run.failure_message
    return run


def equity(run: Run) -> list[Decimal]:
    return list(EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True))


def beside(run: Run) -> list[Decimal]:
    points = EquityPoint.objects.filter(run=run).order_by("step")
    return [value for value in points.values_list("benchmark_equity", flat=True) if value is not None]


def notices(run: Run) -> list[tuple[int, str, str]]:
    return [
        (entry.step, notice["code"], notice["message"])
        for entry in Entry.objects.filter(run=run).order_by("seq")
        for notice in entry.notices
    ]


def test_a_day_s_decision_fills_at_the_next_day_s_open(alice: User, model: TradingModel) -> None:
    period = days(100, (101, 104, 100, 103), 104)
    run = daily(alice, model, period, {1: [wish("buy", 10)]})
    fill = Fill.objects.get(run=run)
    assert (fill.step, fill.price, fill.at.date()) == (2, 101, period[1])
    assert equity(run) == [10_000, 10_000 + 10 * 2, 10_000 + 10 * 3]
    assert (run.steps_total, run.coverage) == (3, 1.0)


def test_a_split_keeps_equity_and_rescales_shares_and_working_orders(
    alice: User, model: TradingModel
) -> None:
    period = days(700, 700, 707, 100, (101, 102, 89, 90), 91)
    action("TEST", "split", period[3], shares_after=7, shares_before=1)
    resting = wish("buy", 1, order_type="limit", limit_price="630", time_in_force="gtc")
    run = daily(alice, model, period, {1: [wish("buy", 2), resting]})
    order = Order.objects.get(run=run, number=2)
    assert (order.quantity, order.limit_price, order.status) == (7, 90, "filled")
    # Two shares for 1,400; fourteen from the split on; seven more at 90 in the fifth day.
    assert equity(run) == [
        10_000, 10_000, 10_014, 10_000, 10_000 + 14 * -10, 10_000 + 14 * -9 + 7,
    ]  # fmt: skip
    assert notices(run) == [(4, "SPLIT", "TEST was split 7 for 1")]
    position = Position.objects.get(run=run)
    assert (position.quantity, position.mark) == (21, 91)
    assert position.average_price == pytest.approx(Decimal(14 * 100 + 7 * 90) / 21)


def test_a_fraction_of_a_share_is_paid_in_cash(alice: User, model: TradingModel) -> None:
    period = days(10, 10, 12, 39)
    action("TEST", "split", period[3], shares_after=1, shares_before=3)
    run = daily(alice, model, period, {1: [wish("buy", 10)]})
    assert Position.objects.get(run=run).quantity == 3
    # A third of a share at 36.
    assert equity(run)[-1] == 10_000 - 100 + 12 + 3 * 39
    assert notices(run)[0][2].endswith("of a share was settled in cash at $36.0000")


def test_a_dividend_is_received_on_the_ex_date_and_owed_by_shorts(alice: User) -> None:
    period = days(100, 100, 100, 99, 99)
    days(50, 50, 50, 49, 49, symbol="LESS")
    for symbol in ("TEST", "LESS"):
        action(symbol, "dividend", period[3], amount=Decimal("1.25"))
    margin = trader(
        alice, "Margin", margin_account=True, allow_shorting=True, execution={**BARE, "borrow_rate": "0"}
    )
    run = daily(
        alice, margin, period, {1: [wish("buy", 10), wish("short", 20, "LESS")]}, symbols=["TEST", "LESS"]
    )
    # A dollar lost on each of ten and won on each of twenty; 12.50 received and 25.00 owed.
    assert equity(run)[-1] == 10_000 - 10 + 20 + Decimal("12.5") - 25
    assert sorted(text for _, _, text in notices(run)) == [
        "LESS was owed $1.25 on each of 20 shares",
        "TEST paid $1.25 on each of 10 shares",
    ]


def test_a_ticker_change_loses_neither_position_nor_price(alice: User, model: TradingModel) -> None:
    period = days(100, 100, 101, None, None, None, symbol="OLD")
    days(None, None, None, 102, 103, 104, symbol="NEW", first=period[0])
    action("NEW", "listing", period[0], new_symbol="OLD")
    action("NEW", "symbol_change", period[3], old_symbol="OLD", new_symbol="NEW")
    run = daily(
        alice, model, period, {1: [wish("buy", 10, "OLD")], 4: [wish("close", None, "OLD")]}, symbols=["OLD"]
    )
    assert (run.steps_total, run.coverage) == (6, 1.0)
    assert equity(run) == [10_000, 10_000, 10_010, 10_020, 10_030, 10_030]
    assert notices(run) == [(4, "SYMBOL_CHANGE", "OLD is traded as NEW from here on")]
    assert RoundTrip.objects.get(run=run).pnl == 30
    assert [bar[4] for bar in candles_chart(run, "OLD")["bars"]] == [100, 100, 101, 102, 103, 104]
    assert beside(run)[-1] == 10_000 + 100 * 4


def test_buy_and_hold_beside_a_run_lives_through_the_same(alice: User, model: TradingModel) -> None:
    period = days(700, 700, 707, 100, 99, 101)
    action("TEST", "split", period[3], shares_after=7, shares_before=1)
    action("TEST", "dividend", period[4], amount=Decimal("0.5"))
    run = daily(alice, model, period, {})
    # Fourteen shares for 9,800; ninety-eight from the split on, which pay 49.
    assert beside(run) == [
        10_000, 10_000, 10_098, 200 + 98 * 100, 200 + 49 + 98 * 99, 200 + 49 + 98 * 101,
    ]  # fmt: skip


def test_the_same_trade_and_its_benchmark_agree_across_splits_and_dividends(
    alice: User, model: TradingModel
) -> None:
    """Holding exactly what buy-and-hold holds comes to its equity, to the last digit."""
    period = days(30, 30, 31, 93, 92, 60, 61)
    action("TEST", "split", period[3], shares_after=1, shares_before=3)
    action("TEST", "dividend", period[4], amount=Decimal("0.37"))
    action("TEST", "split", period[5], shares_after=3, shares_before=2)
    run = daily(alice, model, period, {1: [wish("buy", 100)]})
    half = trader(alice, "Half", initial_cash=Decimal(3_000))
    nothing = daily(alice, half, period, {})
    assert [value - 10_000 for value in equity(run)] == [value - 3_000 for value in beside(nothing)]


def test_actions_before_the_second_day_befall_nobody(alice: User, model: TradingModel) -> None:
    period = days(100, 100, 101)
    action("TEST", "split", period[0], shares_after=2, shares_before=1)
    run = daily(alice, model, period, {1: [wish("buy", 1)]})
    assert (notices(run), equity(run)[-1]) == ([], 10_001)


def test_data_that_changes_under_a_run_includes_its_corporate_actions(
    alice: User, model: TradingModel
) -> None:
    period = days(100, 100, 100, 100)
    first = daily(alice, model, period, {})
    action("TEST", "dividend", period[2], amount=1)
    assert daily(alice, model, period, {}).data_hash != first.data_hash


def test_the_decider_sees_history_in_present_shares(alice: User, model: TradingModel) -> None:
    """A crossing of averages would take the split for a crash and sell; there is none."""
    period = days(*[700 + day for day in range(30)], *[(730 + day) / 7 for day in range(10)])
    action("TEST", "split", period[30], shares_after=7, shares_before=1)
    values = {"decider": "sma_cross", "param": ["fast=2", "slow=5", "quantity=1"]}
    run = Run.objects.get(pk=command(f"{period[0]}..{period[-1]}", **values)["run_id"])
    assert [fill.side for fill in Fill.objects.filter(run=run)] == ["buy"]
    assert Position.objects.get(run=run).quantity == 7


def test_a_weekly_limit_counts_from_monday(alice: User, model: TradingModel) -> None:
    with acting_as(alice.pk):
        TradingProfile.objects.filter(user=alice).update(max_loss_per_week=Decimal(100))
    # Over 100 dollars are lost on the third day, a Wednesday; on the Monday after, the count begins anew.
    period = days(100, 100, (95, 95, 89.9, 89.9), 89.9, 89.9, 89.9, 89.9, first=MONDAY)
    tries = {step: [wish("buy", step)] for step in (2, 3, 4, 6)}
    run = daily(alice, model, period, {1: [wish("buy", 10)], **tries})
    denied = Entry.objects.filter(run=run, outcome="denied").order_by("step")
    assert [(entry.step, [verdict["code"] for verdict in entry.verdicts]) for entry in denied] == [
        (3, ["WEEKLY_LOSS"]), (4, ["WEEKLY_LOSS"]),
    ]  # fmt: skip
    # Ten shares from 100 to 89.90, two from 95.
    assert Decimal(denied[0].verdicts[0]["attempted"]) == 10 * Decimal("10.1") + 2 * Decimal("5.1")


def test_splits_over_several_days_replay_to_what_was_stored(alice: User, model: TradingModel) -> None:
    period = days(700, 700, 707, 100, 101)
    action("TEST", "split", period[3], shares_after=7, shares_before=1)
    run = daily(alice, model, period, {1: [wish("buy", 2)], 4: [wish("close")]})
    again = replay(run)
    assert [fill.quantity for fill in again.fills] == [2, 14]
    assert again.curve.equity.tolist() == [int(value * 10**8) for value in equity(run)]


def test_the_page_tells_what_happened_to_the_shares(
    alice: User, model: TradingModel, alice_client: Client
) -> None:
    period = days(700, 700, 707, 100, 101)
    action("TEST", "split", period[3], shares_after=7, shares_before=1)
    action("TEST", "dividend", period[4], amount=Decimal("0.5"))
    run = daily(alice, model, period, {1: [wish("buy", 2)]})
    listed = text_of(alice_client, url_of(run, "?tab=notices"))
    for words in ("TEST was split 7 for 1", "TEST paid $0.5 on each of 14 shares", "+$7.00"):
        assert words in listed
    opened = text_of(alice_client, url_of(run, "?tab=decisions&step=4"))
    assert "TEST was split 7 for 1" in opened
    assert '<dt>TEST</dt><dd class="num">+14</dd>' in opened
    assert "Dividends" in text_of(alice_client, url_of(run))


def command(dates: str, **options: Any) -> dict[str, Any]:
    output = StringIO()
    values = {"model": "Scripted", "symbol": "TEST", "date": dates, "json": True, **options}
    call_command("trade", stdout=output, **values)
    printed: dict[str, Any] = json.loads(output.getvalue())
    return printed


def test_the_command_takes_a_range_of_days(model: TradingModel) -> None:
    period = days(100, 101, 102, 103)
    result = command(f"{period[0]}..{period[-1]}", decider="buy_and_hold", param=["quantity=10"])
    assert (result["status"], result["steps"], result["session"]) == ("completed", 4, "")
    assert result["date"] == f"{period[0]}..{period[-1]}"
    assert float(result["final_equity"]) == 10_000 + 10 * 2


def test_the_command_says_when_no_day_has_a_bar(model: TradingModel) -> None:
    days(100, 101)
    with pytest.raises(CommandError, match=r"there are no daily bars of TEST for 2026-02-02 to 2026-02-06"):
        command("2026-02-02..2026-02-06", decider="hold")


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client


def test_form_and_api_start_runs_over_days(alice_client: Client, api: APIClient, model: TradingModel) -> None:
    period = days(100, 101, 102)
    wanted = {
        "symbols": "TEST", "mode": "daily", "date_from": str(period[0]), "date_to": str(period[2]),
        "session": "regular", "decider": "hold", "idempotency_key": "once",
    }  # fmt: skip
    assert alice_client.post(f"/models/{model.pk}/start/", wanted).status_code == 302
    sent = {**wanted, "symbols": ["TEST"], "idempotency_key": "twice"}
    assert api.post(f"/api/v1/models/{model.pk}/runs/", sent, format="json").status_code == 201
    runs = Run.objects.order_by("number")
    assert [(run.mode, run.session, run.date_to) for run in runs] == [("daily", "", period[2])] * 2
    assert CorporateAction.objects.count() == 0
