"""Rules in the admin: the fields and the words of the pages, the name of whoever writes, a history."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from conftest import as_in_production
from profiles.models import TradingModel
from rules.models import Rule, RuleVersion
from rules.selectors import rule_versions
from rules.services import rule_delete
from rules.tests.factories import rule_make

ADD = "/admin/rules/rule/add/"


@pytest.fixture
def staff(db: None) -> Client:
    browser = as_in_production(Client())
    browser.force_login(User.objects.create_superuser("root", "", "correct horse"))
    return browser


def typed(model: TradingModel, **changes: Any) -> dict[str, Any]:
    """The form as somebody would send it, and the empty history below it."""
    values = {
        "model": model.pk,
        "param_percent": "20",
        "verb": "reject_trade",
        "priority": "5",
        "is_active": "on",
        "applies_to_assets": ["equity"],
        "versions-TOTAL_FORMS": "0",
        "versions-INITIAL_FORMS": "0",
    }
    return values | changes


def test_adding_begins_with_the_kind_and_shows_its_fields(staff: Client, model: TradingModel) -> None:
    chosen = staff.get(ADD)
    assert b'<option value="max_position_percent">' in chosen.content
    form = staff.get(f"{ADD}?kind=stop_loss_percent")
    assert b'name="param_percent"' in form.content
    assert b'name="params"' not in form.content, "no raw JSON"


def test_a_rule_is_added_by_the_service_for_its_model_s_owner(staff: Client, model: TradingModel) -> None:
    response = staff.post(f"{ADD}?kind=max_position_percent", typed(model, applies_to_symbols="spy ibm"))
    assert response.status_code == 302, response.content
    rule = Rule.objects.get()
    assert (rule.user, rule.params, rule.applies_to_symbols) == (
        model.user,
        {"percent": "20"},
        ["SPY", "IBM"],
    )
    assert rule_versions(rule).get().changed_by == "staff: root"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"param_percent": "-3"}, "Should be above 0, was -3."),
        ({"param_percent": ""}, "This is missing."),
        ({"param_percent": "much"}, "Should be a number, was &#x27;much&#x27;."),
        ({"applies_to_symbols": "NOPE"}, "There is no instrument &#x27;NOPE&#x27;."),
        ({"applies_to_symbols": "SPY", "exclude_symbols": "SPY"}, "leave it out"),
        ({"applies_to_assets": []}, "Name at least one asset."),
    ],
)
def test_what_the_service_refuses_is_refused_beside_its_field(
    staff: Client, model: TradingModel, changes: dict[str, Any], message: str
) -> None:
    response = staff.post(f"{ADD}?kind=max_position_percent", typed(model, **changes))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Rule.objects.exists()


def test_a_change_is_a_version_with_the_name_of_whoever_made_it(staff: Client, model: TradingModel) -> None:
    rule = rule_make(model, name="Cap")
    url = reverse("admin:rules_rule_change", args=[rule.pk])
    sent = typed(model, name="Cap", param_percent="12.5", description="tighter")
    sent |= {"versions-TOTAL_FORMS": "1", "versions-INITIAL_FORMS": "1"}
    newest = rule_versions(rule).get()
    sent |= {"versions-0-id": newest.pk, "versions-0-rule": rule.pk}
    response = staff.post(url, sent)
    assert response.status_code == 302, response.content.decode()
    rule.refresh_from_db()
    assert (rule.params, rule.version, rule.user) == ({"percent": "12.5"}, 2, model.user)
    assert [row.changed_by for row in rule_versions(rule)] == ["staff: root", "alice"]
    page = staff.get(url).content.decode()
    assert "Never put more than 20 % of equity into one position." in page, "the history is on the page"
    assert "Never put more than 12.5 % of equity into one position." in page


def test_deleting_keeps_the_rule_and_its_history_and_can_be_taken_back(
    staff: Client, model: TradingModel
) -> None:
    rule = rule_make(model, name="Cap")
    staff.post(reverse("admin:rules_rule_delete", args=[rule.pk]), {"post": "yes"})
    rule.refresh_from_db()
    assert rule.deleted_at is not None
    assert staff.get(reverse("admin:rules_rule_change", args=[rule.pk])).status_code == 200
    listed = reverse("admin:rules_rule_changelist")
    staff.post(listed, {"action": "restore", "_selected_action": [rule.pk]})
    assert Rule.objects.filter(pk=rule.pk, deleted_at=None).exists()
    assert RuleVersion.objects.filter(rule=rule).count() == 3


def test_many_are_deleted_at_once_and_kept(staff: Client, model: TradingModel) -> None:
    rules = [rule_make(model) for _ in range(3)]
    sent = {"action": "delete_selected", "_selected_action": [rule.pk for rule in rules], "post": "yes"}
    staff.post(reverse("admin:rules_rule_changelist"), sent)
    assert Rule.objects.filter(deleted_at__isnull=False).count() == 3


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=house", ["Bet the house"]),
        ("q=alice", ["Bet the house", "Tight"]),
        ("q=nobody", []),
        ("category__exact=position_sizing", ["Bet the house", "Tight"]),
        ("verb__exact=resize", ["Tight"]),
    ],
)
def test_rules_are_found_by_words_and_filters(
    staff: Client, model: TradingModel, query: str, names: list[str]
) -> None:
    rule_make(model, name="Bet the house")
    rule_make(model, name="Tight", verb="resize")
    rule_delete(model.user, rule_make(model, name="Gone").pk)
    response = staff.get(f"{reverse('admin:rules_rule_changelist')}?deleted_at__isempty=1&{query}")
    assert sorted(rule.name for rule in response.context["cl"].result_list) == names


@pytest.mark.parametrize("table", ["ruleversion", "ruleproposal"])
def test_what_only_the_program_writes_is_shown_and_not_changed(
    staff: Client, model: TradingModel, table: str
) -> None:
    rule_make(model)
    assert staff.get(f"/admin/rules/{table}/").status_code == 200
    assert staff.get(f"/admin/rules/{table}/add/").status_code == 403


def test_a_rule_of_a_kind_that_is_gone_can_be_looked_at(staff: Client, model: TradingModel) -> None:
    rule = rule_make(model)
    Rule.objects.filter(pk=rule.pk).update(kind="gone")
    page = staff.get(reverse("admin:rules_rule_change", args=[rule.pk]))
    assert page.status_code == 200
    assert b"cannot be enforced" in page.content


def test_the_admin_names_the_icon_of_the_site(staff: Client) -> None:
    assert '<link rel="icon" href="/static/img/mark.svg"' in staff.get("/admin/").text
