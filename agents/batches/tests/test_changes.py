"""One setting of a snapshot changed: what may be typed, what follows, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.batches.changes import settings_of, snapshot_changed
from agents.tests.world import model_make
from core.errors import UserError
from core.rls import acting_as
from profiles.models import TradingProfile
from rules.services import rule_create
from runs.snapshot import code_version, snapshot_take

PARAMS = {"fast": 10, "slow": 30, "quantity": None, "equity_percent": "20"}


@pytest.fixture
def snapshot(alice: User) -> dict[str, Any]:
    model = model_make(alice, margin_account=False, custom_rules="Be quick.")
    with acting_as(alice.pk):
        rule_create(alice, model.pk, name="Cap", kind="max_position_percent", params={"percent": "20"})
        taken = snapshot_take(
            model=model,
            profile=TradingProfile(user=alice),
            decider="sma_cross",
            decider_params=PARAMS,
            mode="intraday",
        )
    return taken | {"code_version": "of long ago"}


def changed(snapshot: dict[str, Any], path: str, text: str) -> dict[str, Any]:
    """Only what differs, by section."""
    after = snapshot_changed(snapshot, path, text, "intraday")
    assert after.pop("code_version") == code_version()
    return {name: value for name, value in after.items() if value != snapshot[name]}


def test_every_setting_is_offered_with_its_value(snapshot: dict[str, Any]) -> None:
    offered = {setting.path: setting for setting in settings_of(snapshot)}
    assert offered["decider.fast"][1:] == ("Decider", "fast", "10")
    assert offered["rules.Cap"].value == "percent: 20"
    assert offered["model.initial_cash"].value == "10000.00"
    assert offered["execution.fees"].value == "None"
    assert offered["execution.volume_cap"].value == "10 %"
    assert offered["profile.max_open_positions"].value == "5"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("decider.fast", "5", {"decider": {"name": "sma_cross", "params": PARAMS | {"fast": 5}}}),
        ("rules.Cap", "off", {"rules": []}),
    ],
)
def test_nothing_else_changes(snapshot: dict[str, Any], path: str, text: str, found: dict[str, Any]) -> None:
    assert changed(snapshot, path, text) == found


def test_a_rule_gets_other_parameters(snapshot: dict[str, Any]) -> None:
    (rule,) = changed(snapshot, "rules.Cap", '{"percent": 10}')["rules"]
    assert (rule["params"], rule["name"]) == ({"percent": "10"}, "Cap")


def test_an_amount_of_the_model_changes_alone(snapshot: dict[str, Any]) -> None:
    found = changed(snapshot, "model.initial_cash", "50000")
    assert found == {"model": snapshot["model"] | {"initial_cash": "50000"}}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("custom_rules", "Be slow.\nBe sure.", "Be slow.\nBe sure."),
        ("allowed_order_types", "market, stop", ["market", "stop"]),
        ("max_position_size_dollars", "1500", "1500"),
        ("model_parameters", '{"temperature": 0}', {"temperature": 0}),
    ],
)
def test_each_kind_of_field_is_read_as_it_is_kept(
    snapshot: dict[str, Any], name: str, text: str, value: object
) -> None:
    assert changed(snapshot, f"model.{name}", text)["model"][name] == value


def test_a_limit_is_taken_away_by_nothing(snapshot: dict[str, Any]) -> None:
    capped = {**snapshot, "model": {**snapshot["model"], "max_daily_loss_dollars": "500.00"}}
    assert changed(capped, "model.max_daily_loss_dollars", "")["model"]["max_daily_loss_dollars"] is None


def test_what_follows_from_a_change_follows(snapshot: dict[str, Any]) -> None:
    found = changed(snapshot, "model.margin_account", "yes")
    assert found["model"]["margin_account"] is True
    assert (found["execution"]["account_type"], found["execution"]["leverage"]) == ("margin", "4")


def test_costs_change_for_the_run_and_the_model_it_shows(snapshot: dict[str, Any]) -> None:
    found = changed(snapshot, "execution.volume_cap", "25")
    assert found["execution"]["volume_cap"] == "0.25"
    assert found["model"]["execution"] == {"volume_cap": "0.25"}
    assert changed(snapshot, "execution.fees", "bps")["execution"]["fees"] == "bps"


def test_a_limit_of_the_profile_changes(snapshot: dict[str, Any]) -> None:
    assert changed(snapshot, "profile.max_open_positions", "1")["profile"]["max_open_positions"] == 1
    assert (
        changed(snapshot, "profile.trading_hours_end", "12:00")["profile"]["trading_hours_end"] == "12:00:00"
    )


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("model.slug", "x", "There is no setting 'model.slug'"),
        ("gates.max_position_percent", "90", "There is no setting"),
        ("rules.None", "off", "There is no setting"),
        ("", "5", "There is no setting ''"),
        ("decider.fast", "10", "That is what it was"),
        ("decider.fast", "quick", "fast"),
        ("decider.fast", "40", "fast"),
        ("model.initial_cash", "-5", "above \\$0"),
        ("model.initial_cash", "much", "Enter a number"),
        ("model.margin_account", "maybe", "Say yes or no"),
        ("model.allow_shorting", "yes", "Shorting needs a margin account"),
        ("model.allowed_order_types", "barter", "An order type should be one of"),
        ("model.model_parameters", "{", "JSON is wanted"),
        ("rules.Cap", '{"percent": 500}', "Should be at most 100"),
        ("rules.Cap", "10", "should be an object"),
        ("execution.fees", "lots", "Select a valid choice"),
        ("execution.volume_cap", "500", "at most 100"),
        ("profile.max_open_positions", "0", "1"),
        ("profile.trading_hours_end", "09:00", "should end after"),
    ],
)
def test_nonsense_is_refused_in_words(snapshot: dict[str, Any], path: str, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        snapshot_changed(snapshot, path, text, "intraday")
