"""The same orders through every door: a script, the answers of a language model, and the REST API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.foreground import session_run
from agents.llm.types import Ask
from agents.tasks import run_slice
from agents.tests.llm_world import HOLD, TakeSeat, decision_json, endpoint_make
from agents.tests.tape import Script, minutes, script_of, trade, trader, wish
from agents.tests.test_resumed_orders import EVERYTHING, STEPS, wave
from agents.tests.world import DAY, request_make
from broker.models import EquityPoint, Fill, Order
from market.calendar import session_bounds
from profiles.models import TradingModel
from runs.models import Run
from trading.types import OrderType, TimeInForce

PRICES = ("limit_price", "stop_price", "trail_amount", "trail_percent", "take_profit", "stop_loss")


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trader(alice, initial_cash=Decimal(100_000))


@pytest.fixture
def script() -> Script:
    """Every order type, every time in force, a bracket, a pair, a cancel and a replacement."""
    minutes(*wave(STEPS, 3))
    bounds = session_bounds(DAY)
    assert bounds is not None
    until = (bounds.open + timedelta(minutes=33)).isoformat()
    dated = wish("buy", 4, order_type="limit", limit_price="90", time_in_force="gtd", expires_at=until)
    opening = wish("buy", 3, order_type="market-on-open")
    return {**EVERYTHING, 30: [dated, opening]}


def orders(run: Run) -> list[dict[str, Any]]:
    rows = Order.objects.filter(run=run).order_by("number").values()
    left_out = {"id", "run_id", "user_id", "reason"}
    return [{name: value for name, value in row.items() if name not in left_out} for row in rows]


def moves(run: Run) -> list[tuple[Any, ...]]:
    names = ("order__number", "step", "at", "symbol", "side", "quantity", "price", "reference_price", "fee")
    return list(Fill.objects.filter(run=run).order_by("seq").values_list(*names))


def equity(run: Run) -> list[Any]:
    return list(EquityPoint.objects.filter(run=run).order_by("step").values_list("at", "equity"))


def as_written(intent: dict[str, Any]) -> dict[str, Any]:
    """Prices as bare numbers: an answer knows no others."""
    return {name: float(value) if name in PRICES else value for name, value in intent.items()}


def answered(items: Sequence[dict[str, Any] | int]) -> str:
    wishes = [as_written(item) for item in items if isinstance(item, dict)]
    return decision_json(*wishes, cancels=[item for item in items if isinstance(item, int)])


def test_the_script_sends_what_the_test_is_about(alice: User, model: TradingModel, script: Script) -> None:
    found = orders(trade(alice, model, script))
    assert {order["order_type"] for order in found} == set(OrderType)
    assert {order["time_in_force"] for order in found} == set(TimeInForce)
    (dated,) = [order for order in found if order["time_in_force"] == "gtd"]
    assert (dated["status"], dated["note"], dated["closed_at"]) == (
        "expired",
        "good till date reached",
        dated["expires_at"],
    )


def test_answers_of_a_language_model_come_to_the_same_as_the_script(
    alice: User, model: TradingModel, script: Script, seat: TakeSeat
) -> None:
    told = trade(alice, model, script)
    endpoint_make(alice)

    def brain(ask: Ask) -> str:
        return "Plan." if ask.schema is None else answered(script[ask.step]) if ask.step in script else HOLD

    seat(brain)
    run = session_run(alice, request_make(model, "llm", decider_params={"bars_shown": 5}), lambda run: None)
    assert (orders(run), moves(run), equity(run)) == (orders(told), moves(told), equity(told))


def test_a_run_over_the_api_comes_to_the_same_and_shows_every_order_with_its_fills(
    alice: User, model: TradingModel, script: Script, api_client: APIClient
) -> None:
    told = trade(alice, model, script)
    api_client.force_login(alice)
    sent = {
        "symbols": ["TEST"],
        "date_from": str(DAY),
        "decider": "scripted",
        "decider_params": script_of(script),
    }
    started = api_client.post(f"/api/v1/models/{model.pk}/runs/", sent, format="json")
    assert started.status_code == 201, started.data
    run = Run.objects.get(pk=started.data["id"])
    while run_slice(alice.pk, run.pk, slice_seconds=60):
        pass
    assert (orders(run), moves(run), equity(run)) == (orders(told), moves(told), equity(told))
    shown = json.loads(api_client.get(f"/api/v1/runs/{run.pk}/orders/").content)["results"]
    stored = {order["number"]: order for order in orders(told)}
    assert len(shown) == len(stored)
    for order in shown:
        row = stored[order["number"]]
        assert [order[name] for name in ("order_type", "time_in_force", "status", "quantity", "note")] == [
            row[name] for name in ("order_type", "time_in_force", "status", "quantity", "note")
        ]
        assert sum(fill["quantity"] for fill in order["fills"]) == row["filled_quantity"]
        for name in PRICES:
            assert order[name] == (None if row[name] is None else f"{row[name].normalize():f}")
