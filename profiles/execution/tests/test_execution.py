"""Choosing how orders fill: over the form, over the API, and what a run's snapshot keeps of it."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from profiles.execution.catalogue import BY_NAME, SETTINGS
from profiles.execution.check import FOLLOWING, execution_problems
from profiles.execution.form import execution_fields, execution_initial, execution_values
from profiles.execution.kinds import Choice
from profiles.execution.words import execution_facts
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make
from profiles.tests.test_views import form_values
from trading.settings import ExecutionSettings


def test_every_setting_of_the_engine_is_offered_or_follows_from_something_else() -> None:
    assert {field.name for field in fields(ExecutionSettings)} == BY_NAME.keys() | FOLLOWING.keys()
    assert not BY_NAME.keys() & FOLLOWING.keys()


def test_every_convention_that_the_engine_knows_can_be_chosen() -> None:
    standard = ExecutionSettings()
    for setting in SETTINGS:
        if isinstance(setting, Choice):
            conventions: Any = type(getattr(standard, setting.name))
            assert set(setting.options) == set(conventions)


def test_the_standard_settings_are_sound() -> None:
    values = ExecutionSettings().to_json()
    assert execution_problems({name: values[name] for name in BY_NAME}) == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("slippage", "luck", "slippage should be one of bps, none, half_spread, volume_share, was 'luck'."),
        ("slippage_bps", "-1", "slippage_bps should be 0 or above and at most 9999, was -1."),
        ("slippage_bps", 10_000, "slippage_bps should be 0 or above and at most 9999, was 10000."),
        ("slippage_bps", "much", "slippage_bps should be a number, was 'much'."),
        ("slippage_bps", "NaN", "slippage_bps should be a number, was 'NaN'."),
        ("slippage_bps", True, "slippage_bps should be a number, was True."),
        ("slippage_bps", None, "slippage_bps should be a number, was None."),
        ("volume_cap", 0, "volume_cap should be above 0 and at most 1, was 0."),
        ("volume_cap", 10, "volume_cap should be above 0 and at most 1, was 10."),
        ("volume_cap", "", "volume_cap should be a number or null, was ''."),
        ("tick_size", "0", "tick_size should be above 0 and at most 100, was 0."),
        ("decision_delay_seconds", "60", "decision_delay_seconds should be a whole number, was '60'."),
        ("decision_delay_seconds", 1.5, "decision_delay_seconds should be a whole number, was 1.5."),
        ("initial_margin", "1.5", "initial_margin should be above 0 and at most 1, was 1.5."),
        ("maintenance_margin", "0.6", "maintenance_margin should not exceed initial_margin 0.50, was 0.6."),
        ("market_fill", None, "market_fill should be one of next_open, quote_now, was None."),
        (
            "account_type",
            "margin",
            "account_type is not set here: it follows from the Model's margin account.",
        ),
        ("leverage", "100", "leverage is not set here: it follows from the Model's style."),
        ("daily_bars", True, "daily_bars is not set here: it follows from the run's mode."),
        ("luck", 1, "There is no execution setting luck; there are slippage, slippage_bps,"),
    ],
)
def test_what_a_setting_can_not_be_is_said_in_words(name: str, value: Any, words: str) -> None:
    problems = execution_problems({name: value})
    assert problems.keys() == {name}
    assert problems[name].startswith(words)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"volume_cap": None, "tick_size": None, "fee_cap": "0.01"},
        {"volume_cap": 0.25, "slippage": "volume_share", "slippage_impact": "0.05"},
        {"slippage_bps": "2.50", "borrow_rate": "0.003", "settlement_sessions": 2},
        {"market_fill": "quote_now", "quote_max_age_seconds": 300, "limit_fill": "touch"},
        {"initial_margin": "0.6", "maintenance_margin": "0.333"},
    ],
)
def test_a_form_that_nobody_touched_keeps_the_settings_as_they_were_spelled(stored: dict[str, Any]) -> None:
    shown = execution_initial(stored)
    typed = {
        name: field.clean("" if shown[name] is None else str(shown[name]))
        for name, field in execution_fields().items()
    }
    assert execution_values(typed, stored) == stored


def test_percentages_are_typed_as_such_and_kept_as_fractions() -> None:
    shown = execution_initial({"volume_cap": "0.25", "borrow_rate": "0.0025"})
    assert (shown["volume_cap"], shown["borrow_rate"], shown["initial_margin"]) == ("25", "0.25", "50")
    typed = {
        name: field.clean("" if shown[name] is None else str(shown[name]))
        for name, field in execution_fields().items()
    }
    kept = execution_values({**typed, "volume_cap": Decimal(5), "fee_cap": Decimal("0.5")}, {})
    assert kept == {"volume_cap": "0.05", "fee_cap": "0.005"}


FULL = {
    "slippage": "half_spread", "slippage_bps": "3", "fees": "per_share", "fee_per_share": "0.005", "fee_minimum": "1",
    "fee_cap": "0.5", "market_fill": "quote_now", "quote_max_age_seconds": "600", "limit_fill": "touch",
    "stop_limit_fill": "next_bar", "touched_fill": "quotes", "bracket_entry": "next_bar", "volume_cap": "",
    "tick_size": "0.05", "decision_delay_seconds": "30", "initial_margin": "60", "maintenance_margin": "30",
    "borrow_rate": "3", "settlement_sessions": "2",
}  # fmt: skip
KEPT = {
    "slippage": "half_spread", "slippage_bps": "3", "fees": "per_share", "fee_minimum": "1", "fee_cap": "0.005",
    "market_fill": "quote_now", "quote_max_age_seconds": 600, "limit_fill": "touch", "stop_limit_fill": "next_bar",
    "touched_fill": "quotes", "bracket_entry": "next_bar", "volume_cap": None, "tick_size": "0.05",
    "decision_delay_seconds": 30, "initial_margin": "0.6", "maintenance_margin": "0.3", "borrow_rate": "0.03",
    "settlement_sessions": 2,
}  # fmt: skip


def test_every_setting_can_be_chosen_in_the_form(alice_client: Client) -> None:
    url = reverse("profiles:model-create")
    typed = {**form_values(alice_client, url), "name": "Chooser", **FULL}
    assert alice_client.post(url, typed).status_code == 302
    model = TradingModel.objects.get()
    assert model.execution == KEPT
    page = alice_client.get(reverse("profiles:model-detail", args=[model.pk])).text
    for words in (
        "half the spread, 3 bp without a quote",
        "$0.005 a share, at least $1, at most 0.5 %",
        "At once, at the bid or ask just seen (needs quotes)",
        "any size",
        "60 %",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("volume_cap", "500", "Fill at most should be above 0 and at most 100 %, was 500."),
        ("slippage_bps", "-1", "Basis points should be 0 or above and at most 9999, was -1."),
        ("slippage_bps", "", "required"),
        ("tick_size", "0", "Tick should be above 0 and at most 100, was 0."),
        ("decision_delay_seconds", "1.5", "whole number"),
        ("maintenance_margin", "70", "Maintenance margin should not exceed initial margin 50 %, was 70."),
        ("slippage", "luck", "luck is not one of the available choices"),
    ],
)
def test_a_senseless_setting_is_told_beside_its_field(
    alice: User, alice_client: Client, field: str, typed: str, words: str
) -> None:
    model = trading_model_make(alice)
    url = reverse("profiles:model-edit", args=[model.pk])
    answer = alice_client.post(url, {**form_values(alice_client, url), field: typed})
    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]


def test_the_api_takes_and_refuses_settings_by_name(api_client: APIClient, alice: User) -> None:
    api_client.force_login(alice)
    made = api_client.post("/api/v1/models/", {"name": "Gap", "execution": KEPT}, format="json")
    assert (made.status_code, made.json()["execution"]) == (201, KEPT)
    url = f"/api/v1/models/{made.json()['id']}/"
    wrong = {"volume_cap": 7, "slippage": "luck"}
    refused = api_client.patch(url, {"execution": wrong}, format="json")
    assert refused.status_code == 400
    assert "volume_cap should be above 0 and at most 1, was 7." in refused.content.decode()
    assert "slippage should be one of bps, none, half_spread, volume_share" in refused.content.decode()
    assert api_client.get(url).json()["execution"] == KEPT


def test_facts_name_what_differs_from_the_standard_and_no_more() -> None:
    labels = [label for label, _ in execution_facts(ExecutionSettings())]
    assert labels == [
        "Slippage", "Fees", "Market orders fill", "Fill at most, % of a bar's volume", "Decision delay, seconds",
    ]  # fmt: skip
    changed = dict(
        execution_facts(ExecutionSettings.from_json({"limit_fill": "touch", "borrow_rate": "0.03"}))
    )
    assert changed["Limit orders fill"] == "When the price reaches the limit"
    assert changed["Borrowing shares costs, % a year"] == "3 %"
