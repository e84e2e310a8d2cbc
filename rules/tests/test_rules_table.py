"""The table of rules: what it refuses, who sees it, and what a run's snapshot gets."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.errors import Forbidden
from core.rls import acting_as
from profiles.models import TradingModel
from rules.limits import effective_limits
from rules.models import Rule
from rules.selectors import access_rule, rules_for_snapshot
from rules.tests.world import usual_snapshot


@pytest.fixture
def model(alice: User) -> TradingModel:
    return TradingModel.objects.create(user=alice, name="Scalper", slug="scalper")


def make_rule(model: TradingModel, name: str = "No lunch", **fields: Any) -> Rule:
    return Rule.objects.create(
        user=model.user, model=model, name=name, category="timing", kind="blackout", **fields
    )


def test_a_name_stands_once_in_a_model(model: TradingModel) -> None:
    make_rule(model)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rule(model)
    make_rule(TradingModel.objects.create(user=model.user, name="Other", slug="other"))


@pytest.mark.parametrize("priority", [0, 11])
def test_priority_is_1_to_10(model: TradingModel, priority: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rule(model, priority=priority)


@pytest.mark.parametrize("params", [None, [], "10", 5])
def test_parameters_are_an_object(model: TradingModel, params: Any) -> None:
    rule = Rule(user=model.user, model=model, name="Odd", category="risk", kind="any", params=params)
    with pytest.raises(ValidationError) as error:
        rule.full_clean()
    assert "should be an object" in error.value.message_dict["params"][-1]
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_a_stranger_s_rule_looks_like_none(model: TradingModel, charlie: User) -> None:
    rule = make_rule(model)
    assert access_rule(model.user, rule.pk) == rule
    for user, number in ((charlie, rule.pk), (model.user, rule.pk + 1)):
        with pytest.raises(Forbidden):
            access_rule(user, number)


def test_the_database_shows_a_rule_only_to_its_user(
    model: TradingModel, charlie: User, app_role: None
) -> None:
    with acting_as(model.user_id):
        make_rule(model)
        assert Rule.objects.count() == 1
    with acting_as(charlie.pk):
        assert Rule.objects.count() == 0
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            make_rule(model, "Smuggled")


def test_a_snapshot_gets_the_active_rules_in_order(model: TradingModel) -> None:
    make_rule(model, "late", priority=1)
    make_rule(model, "first", priority=10, params={"start": "12:00"}, applies_to_symbols=["AAPL"], version=3)
    make_rule(model, "off", is_active=False)
    found = rules_for_snapshot(model)
    assert [(rule["name"], rule["version"]) for rule in found] == [("first", 3), ("late", 1)]
    first, _ = effective_limits({**usual_snapshot(), "rules": found}).rules
    assert first.params == {"start": "12:00"}
    assert first.applies_to_symbols == ["AAPL"]
    assert first.applies_to_assets == ["equity"]
