"""Runs over the API: start, follow, read, stop, delete."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.tests.factories import finished_run
from agents.tests.world import DAY, bars_make, run_make
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make
from runs.models import Run, RunState


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client


@pytest.fixture
def model(alice: User) -> TradingModel:
    bars_make()
    return trading_model_make(alice, decider="sma_cross", decider_params={"fast": 5, "slow": 15})


def start(api: APIClient, model: TradingModel, *, key: str = "", **changes: Any) -> Any:
    sent = {"symbols": ["test"], "date_from": str(DAY)} | changes
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(f"/api/v1/models/{model.pk}/runs/", sent, headers=headers)


def test_a_run_is_started_with_what_the_model_says(api: APIClient, model: TradingModel) -> None:
    response = start(api, model)
    assert response.status_code == 201
    assert response.data["url"] == f"/models/{model.pk}/r/1/"
    stored = Run.objects.get()
    assert (stored.symbols, stored.decider, stored.decider_params["fast"]) == (["TEST"], "sma_cross", 5)
    figures = ("total_return", "benchmark_return", "max_drawdown", "coverage")
    assert [response.data[name] for name in figures] == [None] * 4


@pytest.mark.parametrize("as_header", [True, False])
def test_the_same_key_starts_one_run(api: APIClient, model: TradingModel, as_header: bool) -> None:
    given: dict[str, Any] = {"key": "k1"} if as_header else {"idempotency_key": "k1"}
    first, second = start(api, model, **given), start(api, model, **given)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data["id"] == second.data["id"]
    assert start(api, model, key="k2").data["number"] == 2


def test_one_run_too_many_is_a_conflict(api: APIClient, model: TradingModel) -> None:
    for _ in range(model.max_concurrent_runs):
        start(api, model)
    response = start(api, model)
    assert (response.status_code, response.data["error"]["code"]) == (409, "too_many_runs")


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"symbols": []}, "symbols", "at least 1"),
        ({"symbols": ["NOPE"]}, "symbols", "NOPE is unknown"),
        ({"symbols": "TEST"}, "symbols", "Expected a list"),
        ({"date_from": "yesterday"}, "date_from", "wrong format"),
        ({"date_from": "2026-03-08"}, "date_from", "it is a Sunday"),
        ({"session": "lunch"}, "session", "not a valid choice"),
        ({"decider": "oracle"}, "decider", "Decider should be one of"),
        ({"decider_params": {"fast": 0}}, "fast", "greater than or equal to 1"),
        ({"decider_params": {"speed": 1}}, "speed", "not permitted"),
        ({"steps_per_second": 0}, "steps_per_second", "greater than or equal"),
        ({"when": "now"}, "when", "can't be set"),
    ],
)
def test_what_cannot_run_is_refused_by_field(
    api: APIClient, model: TradingModel, changes: dict[str, Any], field: str, message: str
) -> None:
    response = start(api, model, **changes)
    assert response.status_code == 400
    assert message in response.data["error"]["fields"][field]
    assert Run.objects.count() == 0


def test_runs_are_listed_newest_first_and_filtered(alice: User, api: APIClient, model: TradingModel) -> None:
    finished_run(alice, steps=30, model=model)
    run_make(alice, model)
    run_make(alice, trading_model_make(alice, "Another"))

    def numbers(query: str) -> list[tuple[int, int]]:
        response = api.get(f"/api/v1/runs/{query}")
        return [(item["model_id"], item["number"]) for item in response.data["results"]]

    assert [number for _, number in numbers("")] == [1, 2, 1]
    assert numbers("?state=completed") == [(model.pk, 1)]
    assert numbers(f"?model={model.pk}") == [(model.pk, 2), (model.pk, 1)]
    assert numbers("?symbol=nope") == []
    listed = api.get(f"/api/v1/models/{model.pk}/runs/").data["results"]
    assert [item["number"] for item in listed] == [2, 1]
    assert api.get("/api/v1/runs/?state=lucky").status_code == 400


def test_a_run_is_told_with_its_snapshot_and_figures(alice: User, api: APIClient) -> None:
    run = finished_run(alice, steps=30)
    told = api.get(f"/api/v1/runs/{run.pk}/").data
    assert told["snapshot"]["gates"]["max_position_percent"] == "50"
    assert (told["state"], told["cursor"], told["coverage"]) == ("completed", 30, 1.0)
    assert told["benchmark_return"] == 0.0051


def test_what_a_run_did_is_read_newest_first_and_exact(alice: User, api: APIClient) -> None:
    run = finished_run(alice, steps=100)
    base = f"/api/v1/runs/{run.pk}"
    orders = api.get(f"{base}/orders/").data["results"]
    assert [order["number"] for order in orders] == [4, 3, 2, 1]
    assert orders[0]["fills"][0]["price"] == "100.02"
    fills = api.get(f"{base}/fills/?page_size=3").data
    assert [fill["order_number"] for fill in fills["results"]] == [4, 3, 2]
    assert [fill["order_number"] for fill in api.get(fills["next"]).data["results"]] == [1]
    assert [trip["pnl"] for trip in api.get(f"{base}/round-trips/").data["results"]] == ["9.3", "9.3"]
    points = api.get(f"{base}/equity/").data["results"]
    assert (points[0]["step"], points[0]["equity"], points[1]["equity"]) == (100, "10000", "10001")
    assert api.get(f"{base}/positions/").data == []


def test_decisions_carry_their_verdicts_and_are_filtered(alice: User, api: APIClient) -> None:
    run = finished_run(alice, steps=100)
    denied = api.get(f"/api/v1/runs/{run.pk}/decisions/?outcome=denied").data["results"]
    assert [(item["step"], item["verdicts"][0]["code"]) for item in denied] == [(51, "POSITION_SIZE")]
    assert api.get(f"/api/v1/runs/{run.pk}/decisions/?outcome=lucky").status_code == 400


def test_statistics_say_up_to_which_step_they_go(alice: User, api: APIClient) -> None:
    running = finished_run(alice, steps=40, state=RunState.RUNNING)
    told = api.get(f"/api/v1/runs/{running.pk}/statistics/").data
    assert told["as_of_step"] == 40
    assert told["values"]["point_count"] == 40
    assert told["values"]["cagr"] is None


def test_events_are_followed_by_their_number(alice: User, api: APIClient, model: TradingModel) -> None:
    run = run_make(alice, model)
    api.post(f"/api/v1/runs/{run.pk}/stop/")
    url = f"/api/v1/runs/{run.pk}/events/"
    assert [(event["seq"], event["kind"]) for event in api.get(url).data] == [(1, "queued"), (2, "stopped")]
    assert [event["kind"] for event in api.get(f"{url}?after=1").data] == ["stopped"]
    assert api.get(f"{url}?after=x").status_code == 400


def test_a_run_is_stopped_then_deleted(alice: User, api: APIClient, model: TradingModel) -> None:
    run = run_make(alice, model)
    url = f"/api/v1/runs/{run.pk}/"
    refused = api.delete(url)
    assert (refused.status_code, refused.data["error"]["code"]) == (409, "run_active")
    assert api.post(f"{url}stop/").data["state"] == "stopped"
    assert api.post(f"{url}stop/").status_code == 200
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 403
