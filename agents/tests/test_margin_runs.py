"""Margin accounts through whole stored runs: permission, buying power, calls, forced closings, fees for shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.replay import replay
from agents.tasks import run_slice
from agents.tests.tape import BARE, Script, days, minutes, queued, trade, trader, wish
from agents.tests.test_resumed_orders import carry_on, figures
from agents.tests.test_run_page import text_of, url_of
from agents.tests.world import request_make
from broker.funds import funds_now
from broker.models import EquityPoint, Fill, Order, Position
from broker.services import FORCED_REASON
from core.rls import acting_as
from profiles.models import TradingModel, TradingProfile
from reasoning.models import Entry
from reasoning.selectors import recorded_decisions
from runs.models import Run, RunState

BOTH = ["TEST", "OTHER"]
FEW = {"symbols": ["TEST"]}


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, margin_account=True, allow_shorting=True)


def denials(run: Run) -> list[tuple[int, str, str]]:
    return [
        (entry.step, verdict["code"], verdict["source"])
        for entry in Entry.objects.filter(run=run).order_by("seq")
        for verdict in entry.verdicts
    ]


def notices(run: Run) -> list[tuple[int, str]]:
    entries = Entry.objects.filter(run=run).order_by("seq")
    return [(entry.step, notice["code"]) for entry in entries for notice in entry.notices]


def fills(run: Run) -> list[tuple[int, str, float]]:
    rows = Fill.objects.filter(run=run).order_by("seq")
    return [(row.step, f"{row.side} {row.quantity} {row.symbol}", float(row.price)) for row in rows]


def equity(run: Run) -> list[Decimal]:
    return list(EquityPoint.objects.filter(run=run).order_by("step").values_list("equity", flat=True))


@pytest.mark.parametrize(
    ("fields", "profile", "codes"),
    [
        ({"margin_account": True, "allow_shorting": True}, True, []),
        ({"margin_account": True, "allow_shorting": False}, True, [("SHORT_NOT_ALLOWED", "model")]),
        ({"margin_account": True, "allow_shorting": True}, False, [("SHORT_NOT_ALLOWED", "profile")]),
        (
            {"margin_account": False, "allow_shorting": True},
            True,
            [("SHORT_NOT_ALLOWED", "gate")],
        ),
    ],
)
def test_shorting_takes_the_permission_of_model_profile_and_account(
    alice: User, fields: dict[str, Any], profile: bool, codes: list[tuple[str, str]]
) -> None:
    minutes(100, 100, 99)
    model = trader(alice, "Asker", **fields)
    with acting_as(alice.pk):
        TradingProfile.objects.filter(user=alice).update(use_short_selling=profile)
    run = trade(alice, model, {1: [wish("short", 10)]})
    assert [(code, source) for _, code, source in denials(run)] == codes
    assert fills(run) == ([] if codes else [(2, "sell 10 TEST", 100)])


def test_a_short_earns_what_the_price_falls(alice: User, model: TradingModel) -> None:
    minutes(100, 100, 95, 95)
    run = trade(alice, model, {1: [wish("short", 10)], 3: [wish("cover", 10)]})
    assert equity(run) == [10_000, 10_000, 10_050, 10_050]
    point = EquityPoint.objects.get(run=run, step=2)
    assert (point.cash, point.short_value, point.long_value) == (11_000, 1_000, 0)


def test_buying_power_is_enforced_and_short_proceeds_buy_nothing(alice: User, model: TradingModel) -> None:
    """Twice the equity of $10,000 before 2026-06-04; each position at most half of the equity."""
    symbols = ["AAA", "BBB", "CCC", "DDD", "EEE"]
    for symbol in symbols:
        minutes(100, 100, 100, 100, 100, 100, 100, symbol=symbol)
    steps: Script = {step: [wish("short", 45, symbol)] for step, symbol in enumerate(symbols, start=1)}
    run = trade(alice, model, steps, symbols=symbols)
    # 4 x 4,500 of 20,000; the fourth leaves 1,000 of free margin, and the fifth would take more than there is.
    assert {(step, code) for step, code, _ in denials(run)} == {(5, "BUYING_POWER"), (5, "CASH_RESERVE")}
    assert sum(quantity for quantity in Position.objects.values_list("quantity", flat=True)) == -4 * 45
    funds = funds_now(run)
    assert funds is not None
    assert (funds.buying_power, funds.maintenance, funds.above_maintenance) == (2_000, 4_500, 5_500)


CALLED: Script = {1: [wish("short", 45), wish("short", 45, "OTHER")], 5: [wish("buy", 1)]}


def margin_call(alice: User, model: TradingModel, **fields: Any) -> Run:
    """Two shorts of 45 at 100; then TEST doubles and OTHER goes to 150, and both stay there.

    Equity is 19,000 - 45 x 350 = 3,250 against a requirement of a quarter of 15,750 = 3,937.50.
    """
    minutes(100, 100, 200, 200, 200, 200)
    minutes(100, 100, 150, 150, 150, 150, symbol="OTHER")
    return trade(alice, model, CALLED, symbols=BOTH, **fields)


def test_a_margin_call_warns_and_then_closes_the_largest_loss_until_it_is_cured(
    alice: User, model: TradingModel
) -> None:
    run = margin_call(alice, model)
    assert run.state == RunState.COMPLETED
    assert notices(run) == [(3, "MARGIN_CALL"), (5, "MARGIN_CURED")]
    # 687.50 are lacking; each share of TEST that is bought back frees a quarter of 200: 14 shares.
    assert fills(run)[2:4] == [(5, "buy 14 TEST", 200), (6, "buy 1 TEST", 200)]
    order = Order.objects.get(run=run, number=3)
    assert (order.tag, order.decided_step, order.reason, order.is_opening) == (
        "margin_call", 4, FORCED_REASON, False,
    )  # fmt: skip
    assert equity(run)[2:] == [Decimal(3_250)] * 4


def test_the_log_tells_forced_orders_from_the_decider_s(alice: User, model: TradingModel) -> None:
    run = margin_call(alice, model)
    entry = Entry.objects.get(run=run, step=4)
    assert (entry.outcome, entry.order_numbers) == ("held", [3])
    assert entry.intents == [{"action": "close", "symbol": "TEST", "quantity": 14, "tag": "margin_call"}]
    assert recorded_decisions(run)[4].intents == ()
    assert [intent.symbol for intent in recorded_decisions(run)[5].intents] == ["TEST"]


def test_a_recording_of_a_margin_call_repeats_it_once(alice: User, model: TradingModel) -> None:
    first = margin_call(alice, model)
    again = trade_recording(alice, model, first)
    assert fills(again) == fills(first)
    assert equity(again) == equity(first)
    assert [fill.quantity for fill in replay(first).fills] == [45, 45, 14, 1]


def trade_recording(alice: User, model: TradingModel, source: Run) -> Run:
    request = request_make(model, "recording", symbols=BOTH, decider_params={"run": source.number})
    return session_run(alice, request, lambda run: None)


def test_a_margin_call_survives_a_new_desk_after_every_step(
    alice: User, model: TradingModel, settings: Settings
) -> None:
    whole = margin_call(alice, model)
    settings.RUN_COMMIT_STEPS = 1
    cut = queued(alice, model, CALLED, symbols=BOTH)
    assert carry_on(alice, cut) == 6
    assert figures(cut) == figures(whole)


def test_an_opening_order_is_denied_while_margin_is_short(alice: User, model: TradingModel) -> None:
    minutes(100, 100, 300, 300, 300)
    minutes(100, 100, 100, 100, 100, symbol="OTHER")
    run = trade(alice, model, {1: [wish("short", 45)], 3: [wish("buy", 1, "OTHER")]}, symbols=BOTH)
    assert "BUYING_POWER" in {code for step, code, _ in denials(run) if step == 3}


def test_borrowed_shares_cost_for_every_night_and_it_is_noted(alice: User) -> None:
    """Two percent a year on 1,000 dollars: a 360th for each night, three over the weekend."""
    model = trader(
        alice, "Borrower", margin_account=True, allow_shorting=True, execution={**BARE, "borrow_rate": "0.02"}
    )
    period = days(100, 100, 100, 100, 100)  # from a Tuesday on
    assert [day.isoweekday() for day in period] == [2, 3, 4, 5, 1]
    run = trade(alice, model, {1: [wish("short", 10)]}, mode="daily", date_from=period[0], date_to=period[-1])
    assert notices(run) == [(3, "BORROW_FEE"), (4, "BORROW_FEE"), (5, "BORROW_FEE")]
    night = Decimal(1_000) * Decimal("0.02") / 360
    assert equity(run)[-1] == pytest.approx(10_000 - 5 * night, abs=Decimal("1e-7"))
    funds = funds_now(run)
    assert funds is not None
    assert funds.borrow_paid == pytest.approx(5 * night)
    entry = Entry.objects.get(run=run, step=5)
    assert entry.notices[0]["message"] == "Borrowing shares worth $1000.00 for 3 days cost $0.1667"


def test_proceeds_of_a_cash_account_settle_a_session_later_and_it_is_noted(
    alice: User, alice_client: Client, settings: Settings
) -> None:
    settings.RUN_COMMIT_STEPS = 1
    period = days(100, 100, 100, 100)
    fields: dict[str, Any] = {"mode": "daily", "date_from": period[0], "date_to": period[-1]}
    run = queued(alice, trader(alice, "Cash"), {1: [wish("buy", 10)], 2: [wish("close")]}, **fields)
    unsettled = []
    for _ in period:
        run_slice(alice.pk, run.pk, slice_seconds=0)
        funds = funds_now(run)
        assert funds is not None
        unsettled.append(funds.unsettled)
        if funds.unsettled:
            assert "Unsettled sales" in text_of(alice_client, url_of(run))
    assert unsettled == [0, 0, 1_000, 0]


def test_page_shows_margin_and_the_call(
    alice: User, model: TradingModel, alice_client: Client, settings: Settings
) -> None:
    settings.RUN_COMMIT_STEPS = 1
    minutes(100, 100, 200, 200, 200, 200)
    minutes(100, 100, 150, 150, 150, 150, symbol="OTHER")
    run = queued(alice, model, CALLED, symbols=BOTH)
    for _ in range(3):
        run_slice(alice.pk, run.pk, slice_seconds=0)
    page = text_of(alice_client, url_of(run))
    for words in ("Margin call since", "Buying power", "Maintenance margin", "$3,937.50", "$687.50"):
        assert words in page
    while run_slice(alice.pk, run.pk, slice_seconds=0):
        pass
    page = text_of(alice_client, url_of(run))
    assert "Margin call since" not in page
    listed = text_of(alice_client, url_of(run, "?tab=notices"))
    assert "Margin call: equity $3250.00 is $687.50 below maintenance margin" in listed
    opened = text_of(alice_client, url_of(run, "?tab=decisions&step=4"))
    assert "Not the decider: close 14 TEST by margin call" in opened
    assert "No order was asked for" not in opened.split("What was answered")[0]
    assert "margin call" in text_of(alice_client, url_of(run, "?tab=orders"))
    limits = " ".join(strip_tags(text_of(alice_client, url_of(run, "?tab=limits"))).split())
    for words in ("Buying power", "2 × equity", "Most day trades", "3 in 5 sessions"):
        assert words in limits


def test_the_day_trade_rule_stops_a_small_account_at_three(alice: User, model: TradingModel) -> None:
    minutes(*[100] * 12)
    steps: Script = {step: [wish("buy", 1) if step % 2 else wish("close")] for step in range(1, 10)}
    run = trade(alice, model, steps, **FEW)
    assert denials(run)[0] == (7, "DAY_TRADES", "gate")
    assert len(fills(run)) == 6
