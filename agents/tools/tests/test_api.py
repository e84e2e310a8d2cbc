"""The tools over the API: what the owner finds, and that a stranger finds nothing by any argument."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agents.tools.registry import TOOLS
from agents.tools.tests.scene import fact, used
from profiles.tokens.services import token_create
from runs.models import Run

NEEDED: dict[str, dict[str, Any]] = {
    "get_decision": {"step": 4},
    "explain_feature": {"about": "slippage"},
    "what_if": {"execution": {"fee_per_trade": "2"}},
}
OF_RUNS = [name for name in TOOLS if name not in ("explain_feature", "compare_runs")]


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client


def ask(api: APIClient, tool: str, **arguments: Any) -> Any:
    return api.post(f"/api/v1/tools/{tool}/", {**NEEDED.get(tool, {}), **arguments})


def test_tools_are_listed_with_their_arguments(api: APIClient) -> None:
    listed = {item["name"]: item for item in api.get("/api/v1/tools/").json()}
    assert listed.keys() == TOOLS.keys()
    assert len(listed) == 13
    assert listed["get_decision"]["arguments"]["properties"]["step"]["description"]


@pytest.mark.parametrize("tool", TOOLS)
def test_owner_finds_something(api: APIClient, alice: User, losing_run: Run, tool: str) -> None:
    response = ask(api, tool)
    assert response.status_code == 200, response.content
    assert response.json()["title"]


def test_the_address_says_what_the_tool_says(api: APIClient, alice: User, losing_run: Run) -> None:
    told = ask(api, "analyze_trades", run_id=losing_run.pk).json()
    assert told == used(alice, "analyze_trades", run=losing_run).to_json()
    profit = next(item for item in told["facts"] if item["key"] == "profit")
    assert profit == {"key": "profit", "label": "Profit of the run", "value": "-56", "unit": "money"}


@pytest.mark.parametrize("tool", OF_RUNS)
def test_a_stranger_finds_nothing_by_argument(
    losing_run: Run, charlie: User, api_client: APIClient, tool: str
) -> None:
    api_client.force_login(charlie)
    model = losing_run.model_id
    for arguments in (
        {"run_id": losing_run.pk},
        {"model_id": model},
        {"model_id": model, "run_number": losing_run.number},
    ):
        foreign = ask(api_client, tool, **arguments)
        absent = ask(api_client, tool, **dict.fromkeys(arguments, 987_654_321))
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)
        assert foreign.status_code == 403


def test_a_stranger_compares_nothing(losing_run: Run, charlie: User, api_client: APIClient) -> None:
    api_client.force_login(charlie)
    assert ask(api_client, "compare_runs", run_ids=[losing_run.pk]).status_code == 403
    assert ask(api_client, "compare_runs", run_ids=[987_654_321]).status_code == 403
    assert ask(api_client, "compare_runs").status_code == 400
    assert fact(used(charlie, "get_model_config"), "models") == 0


@pytest.mark.parametrize("tool", TOOLS)
def test_who_is_not_logged_in_gets_nothing(losing_run: Run, api_client: APIClient, tool: str) -> None:
    assert ask(api_client, tool).status_code in (401, 403)


def test_a_token_that_may_only_read_may_look(losing_run: Run, alice: User, api_client: APIClient) -> None:
    _, token = token_create(alice, name="reader", scope="read")
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert ask(api_client, "analyze_trades", run_id=losing_run.pk).status_code == 200


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"x"', '{"run_id": "1"}', '{"run_id": 1.5}', '{"run_id": -1}', '{"run_id": 1e400}',
     '{"run_id": true}', '{"user_id": 1}', '{"run_id": 99999999999999999999}', '{"limit": 0}', '{"trades": "some"}',
     '{"symbol": "\\u0000"}', '{"symbol": "\\ud800"}', '{"symbol": "' + "A" * 500 + '"}', "[" * 20_000, "x" * 100_000,
     '{"run_id": 1, "run_id": 2, "__proto__": {}}', b"\xff\xfe"],
)  # fmt: skip
def test_bad_arguments_are_refused_in_words(api: APIClient, losing_run: Run, body: Any) -> None:
    response = api.generic("POST", "/api/v1/tools/analyze_trades/", body, content_type="application/json")
    assert response.status_code == (200 if body == "" else 400)
    if body:
        assert response.json()["error"]["code"] in ("bad_arguments", "invalid", "parse_error")


def test_a_get_is_refused(api: APIClient) -> None:
    assert api.get("/api/v1/tools/analyze_trades/").status_code == 405
