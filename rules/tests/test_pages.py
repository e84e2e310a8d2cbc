"""The pages of rules: what they show, what they refuse and where, and that links and forms work without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make
from rules.kinds import KINDS
from rules.models import Rule
from rules.selectors import rules_of
from rules.services import rule_deactivate, rule_delete, rule_update
from rules.starters import STARTERS
from rules.tests.factories import rule_make

HTMX = {"HX-Request": "true"}


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(f"rules:{name}", args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def typed(**changes: Any) -> dict[str, Any]:
    values = {"param_percent": "20", "verb": "reject_trade", "priority": "5", "is_active": "on"}
    return {**values, "applies_to_assets": ["equity"], **changes}


def test_rules_are_sentences_by_category(alice_client: Client, model: TradingModel) -> None:
    rule_make(model, name="Cap")
    rule_make(model, "flat_by", params={"flat_by": "15:55"})
    rule_deactivate(model.user, rule_make(model, "deny_list", params={"symbols": ["TSLA"]}).pk)
    text = page(alice_client, "rule-list", model.pk)
    assert 'Never put more than <b class="figure">20 %</b> of equity into one position.' in text
    assert text.index("Position size</h2>") < text.index("Timing</h2>") < text.index("Screening</h2>")
    assert "3 rules, 2 on" in text
    assert 'aria-checked="false" aria-label="Forbidden symbols"' in text


def test_an_empty_list_says_what_to_do_first(alice_client: Client, model: TradingModel) -> None:
    text = page(alice_client, "rule-list", model.pk)
    assert "No rules yet" in text
    assert reverse("rules:starter-list", args=[model.pk]) in text


def test_what_is_odd_stands_beside_its_rule(alice_client: Client, model: TradingModel) -> None:
    rule_make(model, params={"percent": 60})
    text = page(alice_client, "rule-list", model.pk)
    assert "1 thing to look at" in text
    assert "It never matters: the profile allows 20 % of equity anyway." in text


def test_every_kind_is_offered_and_has_a_form(alice_client: Client, model: TradingModel) -> None:
    text = page(alice_client, "rule-new", model.pk)
    for name, kind in KINDS.items():
        assert reverse("rules:rule-create", args=[model.pk, name]) in text
        form = page(alice_client, "rule-create", model.pk, name)
        assert all(f'name="param_{field}"' in form for field in kind.params.model_fields), name


def test_a_rule_is_added_and_its_page_shows_sentence_examples_and_history(
    alice_client: Client, model: TradingModel
) -> None:
    url = reverse("rules:rule-create", args=[model.pk, "max_position_percent"])
    response = alice_client.post(url, typed(param_percent="12.5", name="Cap"))
    rule = Rule.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"#rule-{rule.pk}")
    text = page(alice_client, "rule-edit", model.pk, rule.pk)
    assert 'value="12.5"' in text
    assert text.count("is-passing") == text.count("is-failing") == 2
    assert "Created" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"param_percent": "-3"}, "Should be above 0, was -3."),
        ({"param_percent": ""}, "This is missing."),
        ({"param_percent": "NaN"}, "Should be a number, was &#x27;NaN&#x27;."),
        ({"applies_to_symbols": "NOPE"}, "There is no instrument"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"verb": "explode"}, "explode is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
    alice_client: Client, model: TradingModel, changes: dict[str, Any], message: str
) -> None:
    url = reverse("rules:rule-create", args=[model.pk, "max_position_percent"])
    response = alice_client.post(url, typed(**changes))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Rule.objects.exists()


def test_a_preview_is_a_part_that_saves_nothing_and_carries_the_errors(
    alice_client: Client, model: TradingModel
) -> None:
    url = reverse("rules:draft-preview", args=[model.pk, "max_position_percent"])
    good = alice_client.post(url, typed(), headers=HTMX).content.decode()
    assert "<html" not in good
    assert '<b class="figure">20 %</b>' in good
    assert "is-failing" in good
    bad = alice_client.post(url, typed(param_percent="0"), headers=HTMX).content.decode()
    assert 'id="id_param_percent_error" hx-swap-oob="true"' in bad
    assert "Should be above 0, was 0." in bad
    assert not Rule.objects.exists()


def test_a_preview_of_a_stored_rule_is_judged_in_its_place(alice_client: Client, model: TradingModel) -> None:
    rule = rule_make(model, name="Cap", params={"percent": 10})
    url = reverse("rules:rule-preview", args=[model.pk, rule.pk])
    text = alice_client.post(url, typed(name="Cap", param_percent="9"), headers=HTMX).content.decode()
    assert '<b class="figure">9 %</b>' in text
    assert "finding" not in text, "it is not odd beside itself"
    rule.refresh_from_db()
    assert rule.params == {"percent": "10"}


def test_a_save_over_a_newer_version_is_refused(alice_client: Client, model: TradingModel) -> None:
    rule = rule_make(model, name="Cap")
    rule_update(model.user, rule.pk, params={"percent": 10})
    url = reverse("rules:rule-edit", args=[model.pk, rule.pk])
    response = alice_client.post(url, typed(name="Cap", param_percent="90", seen_version="1"))
    assert response.status_code == 422
    assert "was changed meanwhile" in response.content.decode()
    rule.refresh_from_db()
    assert rule.params == {"percent": "10"}


def test_a_rule_is_switched_moved_deleted_and_restored_by_plain_forms(
    alice_client: Client, model: TradingModel
) -> None:
    first, second = rule_make(model, name="A"), rule_make(model, name="B")

    def post(name: str, rule: Rule, **sent: str) -> None:
        response = alice_client.post(reverse(f"rules:{name}", args=[model.pk, rule.pk]), sent)
        assert response.status_code == 302

    post("rule-switch", first, on="0")
    assert Rule.objects.get(pk=first.pk).is_active is False
    post("rule-switch", first, on="1")
    assert Rule.objects.get(pk=first.pk).is_active is True
    post("rule-move", second, up="1")
    assert [rule.name for rule in rules_of(model)] == ["B", "A"]
    post("rule-delete", second)
    assert [rule.name for rule in rules_of(model)] == ["A"]
    assert "1 deleted rule" in page(alice_client, "rule-list", model.pk)
    post("rule-restore", second)
    assert rules_of(model).count() == 2


@pytest.mark.parametrize("name", ["rule-switch", "rule-move", "rule-restore", "rule-preview"])
def test_what_changes_something_wants_a_post(alice_client: Client, model: TradingModel, name: str) -> None:
    rule = rule_make(model)
    if name == "rule-restore":
        rule_delete(model.user, rule.pk)
    assert alice_client.get(reverse(f"rules:{name}", args=[model.pk, rule.pk])).status_code == 405


@pytest.mark.parametrize("starter", sorted(STARTERS))
def test_a_starter_set_is_added_in_one_click_and_tells_what_it_leaves_out(
    alice_client: Client, model: TradingModel, starter: str
) -> None:
    response = alice_client.post(
        reverse("rules:starter-list", args=[model.pk]), {"starter": starter}, follow=True
    )
    added = rules_of(model)
    needy = [rule for rule in STARTERS[starter].rules if KINDS[rule.kind].needs]
    assert added.count() == len(STARTERS[starter].rules) - len(needy)
    assert {rule.created_by for rule in added} == {"template"}
    assert response.content.decode().count("Left out “") == len(needy), (
        "no daily bars, quotes or sectors are here"
    )
    alice_client.post(reverse("rules:starter-list", args=[model.pk]), {"starter": starter})
    assert added.all().count() == len(STARTERS[starter].rules) - len(needy), "a second time adds nothing"


def test_the_starter_sets_are_shown_with_their_sentences(alice_client: Client, model: TradingModel) -> None:
    text = page(alice_client, "starter-list", model.pk)
    assert all(f'value="{name}"' in text for name in STARTERS)
    assert "Nothing held through earnings" in text


def test_the_model_s_page_shows_its_active_rules_and_their_limits(
    alice_client: Client, model: TradingModel
) -> None:
    rule_make(model, name="Cap", params={"percent": 7})
    text = alice_client.get(reverse("profiles:model-detail", args=[model.pk])).content.decode()
    assert 'Never put more than <b class="figure">7 %</b> of equity into one position.' in text
    assert "rule “Cap”" in text


def test_another_model_of_the_same_user_is_another_place(alice_client: Client, model: TradingModel) -> None:
    rule, other = rule_make(model), trading_model_make(model.user, "Other")
    for name in ("rule-edit", "rule-delete"):
        assert alice_client.get(reverse(f"rules:{name}", args=[other.pk, rule.pk])).status_code == 403


@pytest.mark.parametrize(
    "name", ["rule-edit", "rule-switch", "rule-move", "rule-delete", "rule-preview", "rule-restore"]
)
def test_somebody_else_s_rule_in_one_s_own_form_is_refused_and_unchanged(
    charlie_client: Client, charlie: User, model: TradingModel, name: str
) -> None:
    rule = rule_make(model, name="Cap")
    own = trading_model_make(charlie, "Charlie's")
    url = reverse(f"rules:{name}", args=[own.pk, rule.pk])
    sent = typed(name="Mine", param_percent="99", on="0", up="1")
    assert charlie_client.post(url, sent).status_code == 403
    kept = Rule.objects.get()
    assert (kept.name, kept.params, kept.version, kept.is_active) == ("Cap", {"percent": "20"}, 1, True)


def test_a_hostile_name_is_shown_as_text(alice_client: Client, model: TradingModel) -> None:
    rule = rule_make(model, name="<script>alert(1)</script>", description='"><img src=x onerror=alert(1)>')
    for text in (
        page(alice_client, "rule-list", model.pk),
        page(alice_client, "rule-edit", model.pk, rule.pk),
    ):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_the_list_takes_the_same_queries_however_many_rules(
    alice_client: Client, model: TradingModel, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rule_make(model)
    url = reverse("rules:rule-list", args=[model.pk])
    with django_assert_max_num_queries(16) as few:
        alice_client.get(url)
    for percent in range(1, 9):
        rule_make(model, params={"percent": percent})
    with django_assert_max_num_queries(len(few.captured_queries)):
        alice_client.get(url)
