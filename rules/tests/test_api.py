"""Rules over the API: what the pages do, with the same words for what is wrong, and nothing for strangers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from profiles.models import TradingModel
from rules.kinds import KINDS
from rules.models import Rule, RuleVersion
from rules.tests.factories import rule_make

CAP = {"kind": "max_position_percent", "params": {"percent": 20}}


def rules_url(model: TradingModel, tail: str = "") -> str:
    return f"/api/v1/models/{model.pk}/rules/{tail}"


def test_a_rule_is_made_listed_changed_switched_deleted_and_restored(
    api: APIClient, model: TradingModel
) -> None:
    made = api.post(rules_url(model), {**CAP, "name": "Cap"}, format="json")
    assert made.status_code == 201
    assert made.data["sentence"] == "Never put more than 20 % of equity into one position."
    assert (made.data["version"], made.data["created_by"]) == (1, "user")
    url = f"/api/v1/rules/{made.data['id']}/"
    assert api.get(rules_url(model)).data == [made.data] == [api.get(url).data]
    changed = api.patch(url, {"params": {"percent": "12.5"}, "seen_version": 1}, format="json")
    assert (changed.data["params"], changed.data["version"], changed.data["name"]) == (
        {"percent": "12.5"},
        2,
        "Cap",
    )
    assert api.post(f"{url}deactivate/").data["is_active"] is False
    assert api.post(f"{url}activate/").data["is_active"] is True
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 403
    assert api.post(f"{url}restore/").data["version"] == 6
    history = api.get(f"{url}history/").data["results"]
    assert [row["event"] for row in history] == [
        "restored",
        "deleted",
        "activated",
        "deactivated",
        "changed",
        "created",
    ]
    assert history[-1]["values"]["params"] == {"percent": "20"}


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({**CAP, "params": {"percent": -3}}, "params.percent", "Should be above 0, was -3."),
        ({**CAP, "params": {"percent": None}}, "params.percent", "Should be a number, was empty."),
        ({**CAP, "params": {}}, "params.percent", "This is missing."),
        (
            {**CAP, "params": {"percent": 5, "x": 1}},
            "params.x",
            "There is no parameter x; there are: percent.",
        ),
        ({**CAP, "params": None}, "params", "may not be null"),
        ({**CAP, "params": "20"}, "params", "should be an object such as {}, found 20."),
        ({"kind": "max_luck"}, "kind", "Kind should be one of"),
        ({**CAP, "verb": "explode"}, "verb", "should be one of reject_trade, resize"),
        ({**CAP, "priority": 11}, "priority", "Priority should be 1 to 10, was 11."),
        ({**CAP, "priority": "soon"}, "priority", "valid integer"),
        ({**CAP, "applies_to_symbols": ["NOPE"]}, "applies_to_symbols", "There is no instrument 'NOPE'."),
        ({**CAP, "version": 7}, "version", "can't be set"),
        ({"kind": "trading_hours", "params": {"start": "09:30", "end": "09:30"}}, "params", "should differ"),
        (
            {"kind": "max_daily_loss", "params": {"percent": 3, "dollars": 5}},
            "params",
            "either percent or dollars",
        ),
    ],
)
def test_what_cannot_be_enforced_is_refused_by_field(
    api: APIClient, model: TradingModel, sent: dict[str, Any], field: str, message: str
) -> None:
    for tail in ("", "check/"):
        response = api.post(rules_url(model, tail), sent, format="json")
        assert response.status_code == 400, response.data
        assert list(response.data["error"]["fields"]) == [field]
        assert message in response.data["error"]["fields"][field]
    assert not Rule.objects.exists()


@pytest.mark.parametrize("body", [[], [1], "rule", 5, None])
def test_a_body_that_is_no_object_is_refused(api: APIClient, model: TradingModel, body: Any) -> None:
    response = api.post(rules_url(model), body, format="json")
    assert response.status_code == 400
    assert not Rule.objects.exists()


def test_a_check_shows_the_rule_with_tried_examples_and_saves_nothing(
    api: APIClient, model: TradingModel
) -> None:
    found = api.post(rules_url(model, "check/"), CAP, format="json").data
    assert found["sentence"] == "Never put more than 20 % of equity into one position."
    assert [len(found["examples"][side]) for side in ("passing", "failing")] == [2, 2]
    assert found["findings"][0]["code"] == "idle_beside_limit"
    assert not Rule.objects.exists()


def test_a_change_over_a_newer_version_is_a_conflict(api: APIClient, model: TradingModel) -> None:
    rule = rule_make(model)
    url = f"/api/v1/rules/{rule.pk}/"
    api.patch(url, {"priority": 7}, format="json")
    response = api.patch(url, {"priority": 9, "seen_version": 1}, format="json")
    assert (response.status_code, response.data["error"]["code"]) == (409, "conflict")


def test_findings_name_their_rules(api: APIClient, model: TradingModel) -> None:
    for name in ("One", "Two"):
        rule_make(model, "deny_list", name=name, params={"symbols": ["TSLA"]})
    (finding,) = api.get(rules_url(model, "findings/")).data
    assert (finding["rule"], finding["others"], finding["severity"]) == ("Two", ["One"], "idle")


def test_every_kind_is_described_with_the_schema_of_its_parameters(
    api: APIClient, model: TradingModel
) -> None:
    kinds = {kind["name"]: kind for kind in api.get("/api/v1/rule-kinds/").data}
    assert set(kinds) == set(KINDS)
    cap = kinds["max_position_percent"]
    assert cap["verbs"] == ["reject_trade", "resize"]
    assert cap["params"]["required"] == ["percent"]


def test_a_starter_set_is_added(api: APIClient, model: TradingModel) -> None:
    added = api.post(rules_url(model, "starters/"), {"starter": "day_trader"}, format="json")
    assert added.status_code == 201
    assert {rule["created_by"] for rule in added.data} == {"template"}
    refused = api.post(rules_url(model, "starters/"), {"starter": "gambler"}, format="json")
    assert refused.status_code == 400


def test_a_stranger_s_requests_look_like_those_for_nothing(
    api_client: APIClient, charlie: User, model: TradingModel
) -> None:
    rule = rule_make(model, name="Cap")
    api_client.force_login(charlie)

    def asked(model_id: int, rule_id: int) -> list[tuple[int, Any]]:
        of_rule, of_model = f"/api/v1/rules/{rule_id}/", f"/api/v1/models/{model_id}/rules/"
        posts = [f"{of_rule}{tail}/" for tail in ("activate", "deactivate", "restore")]
        posts += [of_model, f"{of_model}check/", f"{of_model}starters/"]
        answers = [api_client.post(url, CAP, format="json") for url in posts]
        answers += [
            api_client.get(url) for url in (of_rule, f"{of_rule}history/", of_model, f"{of_model}findings/")
        ]
        answers += [api_client.patch(of_rule, {"name": "Mine"}, format="json"), api_client.delete(of_rule)]
        return [(answer.status_code, answer.json()) for answer in answers]

    foreign = asked(model.pk, rule.pk)
    assert foreign == asked(987_654, 987_654)
    assert {status for status, _ in foreign} == {403}
    rule.refresh_from_db()
    assert (rule.name, rule.version, rule.deleted_at) == ("Cap", 1, None)
    assert RuleVersion.objects.count() == 1
