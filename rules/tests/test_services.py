"""Writing rules: versions, order, what is refused and where it says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as
from market.models import Instrument
from profiles.models import TradingModel
from profiles.services import model_clone
from profiles.tests.factories import trading_model_make
from rules import services
from rules.models import Rule, RuleVersion
from rules.selectors import rule_versions, rules_deleted, rules_for_snapshot, rules_of
from rules.tests.factories import rule_make


def history(rule: Rule) -> list[tuple[int, str, str]]:
    rows = rule_versions(rule).values_list("number", "event", "changed_by")
    return list(reversed(rows))


def names(model: TradingModel) -> list[str]:
    return list(rules_of(model).values_list("name", flat=True))


def refused(model: TradingModel, **values: Any) -> dict[str, str]:
    """What is said beside which field, with nothing stored."""
    sent = {"kind": "max_position_percent", "params": {"percent": 20}, **values}
    with pytest.raises(UserError) as error:
        services.rule_create(model.user, model.pk, **sent)
    assert not Rule.objects.filter(model=model).exists()
    return error.value.fields


def test_a_rule_takes_name_category_verb_and_defaults_from_its_kind(model: TradingModel) -> None:
    rule = rule_make(model)
    rule.refresh_from_db()
    assert (rule.name, rule.category) == ("Largest position, % of equity", "position_sizing")
    assert (rule.verb, rule.priority, rule.is_active, rule.created_by) == ("reject_trade", 5, True, "user")
    assert rule.params == {"percent": "20"}
    assert (rule.version, history(rule)) == (1, [(1, "created", "alice")])


def test_every_change_is_a_version_that_says_who_and_what(model: TradingModel) -> None:
    rule = rule_make(model, name="Cap")
    services.rule_update(model.user, rule.pk, params={"percent": "15"}, by="staff bob")
    services.rule_deactivate(model.user, rule.pk)
    services.rule_activate(model.user, rule.pk)
    assert history(rule) == [
        (1, "created", "alice"),
        (2, "changed", "staff bob"),
        (3, "deactivated", "alice"),
        (4, "activated", "alice"),
    ]
    kept = [version.values["params"] for version in rule_versions(rule)]
    assert kept == [{"percent": "15"}] * 3 + [{"percent": "20"}]


def test_a_change_that_changes_nothing_is_no_version(model: TradingModel) -> None:
    rule = rule_make(model, name="Cap")
    services.rule_update(model.user, rule.pk, name=" Cap ", params={"percent": "20"}, is_active=True)
    assert history(rule) == [(1, "created", "alice")]


def test_fields_that_are_not_sent_stay(model: TradingModel) -> None:
    rule = rule_make(model, name="Cap", applies_to_symbols=["spy", "SPY"], priority=8, verb="resize")
    changed = services.rule_update(model.user, rule.pk, description="because")
    assert (changed.applies_to_symbols, changed.priority, changed.verb) == (["SPY"], 8, "resize")
    assert services.rule_update(model.user, rule.pk, applies_to_symbols=[]).applies_to_symbols is None


def test_a_version_is_never_changed(model: TradingModel, app_role: None) -> None:
    with acting_as(model.user_id):
        rule_make(model)
        for statement in ("UPDATE rules_ruleversion SET number = 9", "DELETE FROM rules_ruleversion"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_snapshot_names_the_version(model: TradingModel) -> None:
    rule = rule_make(model)
    services.rule_update(model.user, rule.pk, params={"percent": 10})
    (kept,) = rules_for_snapshot(model)
    assert (kept["id"], kept["version"], kept["params"]) == (rule.pk, 2, {"percent": "10"})


def test_a_change_over_a_newer_one_is_refused(model: TradingModel) -> None:
    rule = rule_make(model)
    services.rule_update(model.user, rule.pk, seen_version=1, params={"percent": 10})
    with pytest.raises(Conflict, match="you saw version 1, it is at 2"):
        services.rule_update(model.user, rule.pk, seen_version=1, params={"percent": 30})
    rule.refresh_from_db()
    assert rule.params == {"percent": "10"}


def test_rules_of_a_category_swap_and_take_the_priority_of_their_neighbour(model: TradingModel) -> None:
    first = rule_make(model, name="A", priority=9)
    rule_make(model, "flat_by", name="T", params={"flat_by": "15:55"}, priority=7)
    last = rule_make(model, name="B")
    assert names(model) == ["A", "T", "B"]
    services.rule_move(model.user, last.pk, is_up=True)
    assert names(model) == ["B", "A", "T"]
    last.refresh_from_db()
    assert (last.priority, last.version) == (9, 2), "a priority is what a snapshot keeps, so it is a version"
    services.rule_move(model.user, first.pk, is_up=True)
    assert names(model) == ["A", "B", "T"]
    first.refresh_from_db()
    assert first.version == 1
    services.rule_move(model.user, first.pk, is_up=True)
    assert names(model) == ["A", "B", "T"]
    services.rule_move(model.user, first.pk, is_up=False)
    assert names(model) == ["B", "A", "T"]


def test_a_deleted_rule_binds_nobody_and_can_be_restored(model: TradingModel) -> None:
    rule = rule_make(model, name="Cap")
    services.rule_delete(model.user, rule.pk)
    assert (names(model), rules_for_snapshot(model)) == ([], [])
    assert [gone.pk for gone in rules_deleted(model)] == [rule.pk]
    with pytest.raises(Forbidden):
        services.rule_update(model.user, rule.pk, name="Back")
    rule_make(model, name="Cap")
    restored = services.rule_restore(model.user, rule.pk)
    assert (restored.name, names(model)) == ("Cap 2", ["Cap", "Cap 2"])
    assert [event for _, event, _ in history(rule)] == ["created", "deleted", "restored"]


@pytest.mark.parametrize(
    ("params", "field", "message"),
    [
        ({}, "params.percent", "This is missing."),
        ({"percent": None}, "params.percent", "Should be a number, was empty."),
        ({"percent": -3}, "params.percent", "Should be above 0, was -3."),
        ({"percent": 101}, "params.percent", "Should be at most 100, was 101."),
        ({"percent": "much"}, "params.percent", "Should be a number, was 'much'."),
        ({"percent": True}, "params.percent", "Should not be true or false, was true."),
        ({"percent": float("nan")}, "params.percent", "Should be a number, was nan."),
        ({"percent": 20, "shares": 3}, "params.shares", "There is no parameter shares; there are: percent."),
        (None, "params", "Parameters should be an object such as {}, found empty."),
        ([20], "params", "Parameters should be an object such as {}, found [20]."),
    ],
)
def test_senseless_parameters_are_refused_beside_their_field(
    model: TradingModel, params: Any, field: str, message: str
) -> None:
    assert refused(model, params=params) == {field: message}


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"kind": "max_luck"}, "kind", "Kind should be one of"),
        ({"verb": "force_liquidate"}, "verb", "should be one of reject_trade, resize, was 'force_liquidate'"),
        ({"verb": "ignore"}, "verb", "was 'ignore'"),
        ({"priority": 11}, "priority", "Priority should be 1 to 10, was 11."),
        ({"priority": True}, "priority", "was True"),
        ({"name": "x" * 101}, "name", "1 to 100 characters, has 101"),
        ({"name": "a\0b"}, "name", "characters"),
        ({"applies_to_symbols": ["NOPE"]}, "applies_to_symbols", "no instrument 'NOPE'"),
        ({"exclude_symbols": ["NOPE"]}, "exclude_symbols", "no instrument 'NOPE'"),
        ({"applies_to_symbols": ["SPY"], "exclude_symbols": ["spy"]}, "exclude_symbols", "leave it out"),
        ({"applies_to_assets": []}, "applies_to_assets", "at least one"),
        ({"applies_to_assets": ["bonds"]}, "applies_to_assets", "was 'bonds'"),
        ({"colour": "red"}, "colour", "can't be set"),
    ],
)
def test_what_cannot_be_enforced_is_refused_beside_its_field(
    model: TradingModel, values: dict[str, Any], field: str, message: str
) -> None:
    fields = refused(model, **values)
    assert list(fields) == [field]
    assert message in fields[field]


def test_a_sector_that_nobody_knows_is_refused_as_it_would_never_matter(model: TradingModel) -> None:
    Instrument.objects.filter(symbol="IBM").update(sector="Technology")
    found = refused(model, kind="avoided_sectors", params={"sectors": ["Technolgy"]})
    assert found == {
        "params.sectors": "There is no instrument of the sector “Technolgy”. There are: Technology."
    }
    known = services.rule_create(
        model.user, model.pk, kind="avoided_sectors", params={"sectors": [" technology"]}
    )
    assert known.params["sectors"]


def test_everything_that_is_wrong_is_said_at_once(model: TradingModel) -> None:
    found = refused(model, params={"percent": 0}, priority=0, verb="explode")
    assert set(found) == {"params.percent", "priority", "verb"}


def test_a_name_is_given_once(model: TradingModel) -> None:
    rule_make(model, name="Cap")
    with pytest.raises(UserError) as error:
        rule_make(model, name="Cap")
    assert "already" in error.value.fields["name"]
    assert rule_make(model).name != rule_make(model).name, "names that nobody chose are made different"


def test_a_rule_keeps_its_kind(model: TradingModel) -> None:
    rule = rule_make(model)
    with pytest.raises(UserError) as error:
        services.rule_update(model.user, rule.pk, kind="flat_by", params={"flat_by": "15:55"})
    assert list(error.value.fields) == ["kind"]


def test_a_rule_that_became_senseless_can_be_switched_off_but_not_on(model: TradingModel) -> None:
    rule = rule_make(model)
    Rule.objects.filter(pk=rule.pk).update(kind="gone")
    assert services.rule_deactivate(model.user, rule.pk).is_active is False
    with pytest.raises(UserError, match="Kind should be one of"):
        services.rule_activate(model.user, rule.pk)


@pytest.mark.parametrize(
    "write",
    [
        lambda user, rule: services.rule_update(user, rule.pk, name="Mine"),
        lambda user, rule: services.rule_activate(user, rule.pk),
        lambda user, rule: services.rule_deactivate(user, rule.pk),
        lambda user, rule: services.rule_move(user, rule.pk, is_up=True),
        lambda user, rule: services.rule_delete(user, rule.pk),
        lambda user, rule: services.rule_restore(user, rule.pk),
        lambda user, rule: rule_create_in(user, rule),
    ],
)
def test_a_stranger_writes_nothing(model: TradingModel, charlie: User, write: Any) -> None:
    rule = rule_make(model, name="Cap")
    with pytest.raises(Forbidden):
        write(charlie, rule)
    rule.refresh_from_db()
    assert (rule.name, rule.version, rule.is_active, rule.deleted_at) == ("Cap", 1, True, None)
    assert Rule.objects.count() == RuleVersion.objects.count() == 1


def rule_create_in(user: User, rule: Rule) -> Rule:
    return services.rule_create(user, rule.model_id, kind="max_position_percent", params={"percent": 5})


def test_there_is_an_end_to_the_rules_of_a_model(
    model: TradingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_RULES", 2)
    rule_make(model)
    rule_make(model)
    with pytest.raises(Conflict, match="at most 2 rules"):
        rule_make(model)


def test_a_clone_is_bound_by_the_same_rules(model: TradingModel) -> None:
    rule_make(model, name="Cap", priority=8)
    services.rule_deactivate(model.user, rule_make(model, name="Rest").pk)
    services.rule_delete(model.user, rule_make(model, name="Gone").pk)
    copy = model_clone(model.user, model.pk)
    copied = rules_of(copy).values_list("user", "name", "params", "priority", "is_active", "version")
    assert list(copied) == [
        (model.user_id, "Cap", {"percent": "20"}, 8, True, 1),
        (model.user_id, "Rest", {"percent": "20"}, 5, False, 1),
    ]
    assert [history(rule) for rule in rules_of(copy)] == [[(1, "created", "alice")]] * 2
    assert names(model) == ["Cap", "Rest"], "the source keeps its own"


def test_another_model_may_use_the_same_name(model: TradingModel) -> None:
    rule_make(model, name="Cap")
    assert rule_make(trading_model_make(model.user, "Other"), name="Cap").name == "Cap"
