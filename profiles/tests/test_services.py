from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as, set_actor
from profiles import services
from profiles.models import TradingModel, TradingProfile
from profiles.selectors import models_list, profile_get
from profiles.services import (
    MODEL_FIELDS,
    model_archive,
    model_clone,
    model_create,
    model_restore,
    model_update,
    profile_update,
    user_sign_up,
)
from profiles.tests.factories import instrument_make, trading_model_make


def test_a_model_needs_only_a_name(alice: User) -> None:
    model = model_create(alice, name="  Momentum on SPY ")
    model.refresh_from_db()
    assert (model.name, model.slug, model.user) == ("Momentum on SPY", "momentum-on-spy", alice)
    assert (model.initial_cash, model.max_position_size_dollars) == (Decimal("10000.00"), Decimal("2000.00"))
    assert (model.max_daily_loss_dollars, model.max_concurrent_runs) == (Decimal("500.00"), 2)
    assert (model.trading_style, model.instrument, model.decider) == ("day-trading", "stocks", "sma_cross")
    assert (model.allowed_symbols, model.next_run_number, model.is_active) == ([], 1, True)


def test_a_style_fills_what_was_not_sent_and_nothing_else(alice: User) -> None:
    swing = model_create(alice, name="Swing", trading_style="swing-trading")
    assert swing.allow_shorting
    assert swing.margin_account
    assert swing.allow_hedging
    assert "trailing-stop" in swing.allowed_order_types
    assert "2 to 7 days" in swing.custom_instructions
    own = model_create(
        alice, name="Own", trading_style="swing-trading", allow_shorting=False, custom_instructions="Mine."
    )
    assert not own.allow_shorting
    assert own.custom_instructions == "Mine."


def test_slugs_are_unique_per_user(alice: User, charlie: User) -> None:
    slugs = [model_create(alice, name=name).slug for name in ("Gap", "gap!", "GAP", "Gap 2", "Gap")]
    assert slugs == ["gap", "gap-2", "gap-3", "gap-2-2", "gap-4"]
    assert model_create(charlie, name="Gap").slug == "gap"
    assert model_create(alice, name="日本").slug == "model"


REFUSED: list[tuple[str, Any, str]] = [
    ("name", "", "1 to 100 characters, has 0"),
    ("name", "x" * 101, "has 101"),
    ("description", "x" * 2001, "at most 2000 characters, has 2001"),
    ("custom_rules", "x" * 2001, "at most 2000 characters, has 2001"),
    ("custom_instructions", "x" * 2001, "at most 2000 characters, has 2001"),
    ("initial_cash", Decimal(0), "above $0 and at most $1,000,000,000, was 0"),
    ("initial_cash", Decimal(-5), "was -5"),
    ("initial_cash", Decimal("1e12"), "at most $1,000,000,000"),
    ("initial_cash", Decimal("0.001"), "in whole cents, was 0.001"),
    ("initial_cash", Decimal("NaN"), "an amount in dollars"),
    ("initial_cash", None, "an amount in dollars, was None"),
    ("initial_cash", "plenty", "an amount in dollars, was 'plenty'"),
    ("max_position_size_dollars", Decimal(0), "above $0"),
    ("max_daily_loss_dollars", Decimal(-1), "above $0"),
    ("trading_style", "long-term", "one of scalping, day-trading, swing-trading, investing, was 'long-term'"),
    ("instrument", "bonds", "one of stocks"),
    ("instrument", "crypto", "Only stocks can be traded so far, not crypto"),
    ("allow_shorting", True, "needs a margin account"),
    ("allowed_order_types", [], "at least one order type"),
    ("allowed_order_types", ["market", "iceberg"], "was 'iceberg'"),
    ("allowed_symbols", ["SPYX"], "Did you mean SPY?"),
    ("decider", "oracle", "Decider should be one of"),
    ("decider_params", {"fast": 0}, "fast"),
    ("decider_params", {"speed": 3}, "speed"),
    ("decider_params", None, "found NoneType"),
    ("decider_params", {"fast": float("nan")}, "can't be kept as JSON"),
    ("model_parameters", [], "found list"),
    ("model_parameters", {"stop": "\x00"}, "NUL"),
    ("model_parameters", {"stop": "x" * 2_001}, "together 2,000 characters"),
    ("model_parameters", {"temperature": 3}, "temperature should be a number from 0 to 2, was 3"),
    ("model_parameters", {"n": 5}, "n is sent by tradelab itself"),
    ("execution", {"slippage_bps": "-1"}, "slippage_bps"),
    ("execution", {"luck": 1}, "luck"),
    ("max_concurrent_runs", 0, "1 to 50, was 0"),
    ("max_concurrent_runs", True, "1 to 50, was True"),
]


@pytest.mark.parametrize(("field", "value", "words"), REFUSED)
def test_what_a_model_can_not_be_is_refused_in_words(alice: User, field: str, value: Any, words: str) -> None:
    instrument_make("SPY")
    with pytest.raises(UserError) as refused:
        model_create(alice, **{"name": "Gap", field: value})
    assert words in refused.value.fields[field]
    assert not TradingModel.objects.exists()
    model = trading_model_make(alice)
    with pytest.raises(UserError) as refused:
        model_update(alice, model.pk, **{field: value})
    assert words in refused.value.message


def test_everything_that_is_wrong_is_said_at_once(alice: User) -> None:
    with pytest.raises(UserError) as refused:
        model_create(alice, name="", initial_cash=Decimal(0), trading_style="yolo")
    assert set(refused.value.fields) == {"name", "initial_cash", "trading_style"}


def test_unknown_fields_are_refused(alice: User) -> None:
    with pytest.raises(UserError, match="There is no field next_run_number, user_id to set"):
        model_create(alice, name="Gap", next_run_number=9, user_id=1)


def test_a_partial_update_touches_only_what_was_sent(alice: User) -> None:
    model = trading_model_make(
        alice,
        trading_style="swing-trading",
        description="Mine",
        allowed_order_types=["market", "stop"],
        allowed_symbols=["SPY"],
    )
    before = {field: getattr(model, field) for field in MODEL_FIELDS}
    model_update(alice, model.pk, name="Renamed")
    model.refresh_from_db()
    assert {field: getattr(model, field) for field in MODEL_FIELDS} == {**before, "name": "Renamed"}
    assert model.slug == "momentum-on-spy"


def test_an_update_does_not_write_back_what_others_changed(alice: User) -> None:
    model = trading_model_make(alice)
    # Somebody starts a run while the form is open.
    TradingModel.objects.filter(pk=model.pk).update(next_run_number=7)
    model_update(alice, model.pk, name="Renamed")
    model.refresh_from_db()
    assert model.next_run_number == 7


def test_choosing_a_style_later_changes_the_style_alone(alice: User) -> None:
    model = trading_model_make(alice, trading_style="swing-trading")
    changed = model_update(alice, model.pk, trading_style="investing")
    assert (changed.trading_style, changed.allow_shorting) == ("investing", True)


def test_limits_and_words_can_be_cleared(alice: User) -> None:
    model = trading_model_make(alice, custom_rules="Never on Fridays.", allowed_symbols=["SPY"])
    changed = model_update(
        alice, model.pk, custom_rules="", allowed_symbols=[], max_position_size_dollars=None
    )
    assert (changed.custom_rules, changed.allowed_symbols, changed.max_position_size_dollars) == (
        "",
        [],
        None,
    )


def test_symbols_are_kept_in_capitals_and_once(alice: User) -> None:
    model = trading_model_make(alice, allowed_symbols=["SPY", "IBM"])
    assert model_update(alice, model.pk, allowed_symbols=[" spy", "SPY", "ibm "]).allowed_symbols == [
        "SPY",
        "IBM",
    ]


def test_a_clone_has_everything_but_the_runs(alice: User) -> None:
    model = trading_model_make(
        alice, decider="hold", custom_rules="None at noon.", is_active=False, allowed_symbols=["SPY"]
    )
    TradingModel.objects.filter(pk=model.pk).update(next_run_number=9)
    copied: list[tuple[str, str]] = []
    services.clone_hooks.append(lambda source, copy: copied.append((source.name, copy.name)))
    try:
        copy = model_clone(alice, model.pk)
    finally:
        services.clone_hooks.pop()
    assert (copy.name, copy.slug, copy.next_run_number) == ("Momentum on SPY copy", "momentum-on-spy-copy", 1)
    assert copy.pk != model.pk
    assert copied == [("Momentum on SPY", "Momentum on SPY copy")]
    for field in set(MODEL_FIELDS) - {"name", "is_active"}:
        assert getattr(copy, field) == getattr(model, field)


def test_an_archived_model_leaves_the_list_and_comes_back(alice: User) -> None:
    model = trading_model_make(alice)
    assert model_archive(alice, model.pk).is_archived
    assert list(models_list(alice)) == []
    assert list(models_list(alice, archived=True)) == [model]
    with pytest.raises(Conflict, match="archived already"):
        model_archive(alice, model.pk)
    assert not model_restore(alice, model.pk).is_archived
    with pytest.raises(Conflict, match="not archived"):
        model_restore(alice, model.pk)
    assert list(models_list(alice)) == [model]


def test_a_strangers_model_is_forbidden_like_an_absent_one(alice: User, charlie: User) -> None:
    model = trading_model_make(alice)
    for model_id in (model.pk, model.pk + 1000):
        for write in (model_update, model_clone, model_archive, model_restore):
            with pytest.raises(Forbidden):
                write(charlie, model_id)


def test_a_profile_is_the_defaults_until_it_is_changed(alice: User) -> None:
    assert profile_get(alice).pk is None
    assert profile_get(alice).max_position_size_percent == Decimal("20.00")
    profile_update(alice, max_open_positions=3)
    profile_update(alice, timezone="Europe/Berlin")
    profile = profile_get(alice)
    assert (profile.max_open_positions, profile.timezone) == (3, "Europe/Berlin")
    assert profile.min_cash_reserve_percent == Decimal("20.00")
    assert TradingProfile.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_position_size_percent": Decimal(0)}, "above 0 and at most 100 %, was 0"),
        ({"max_position_size_percent": Decimal(101)}, "was 101"),
        ({"max_position_size_percent": Decimal("1e-400")}, "two decimals at most, was 1E-400"),
        ({"min_cash_reserve_percent": Decimal(-1)}, "0 to 100 %, was -1"),
        ({"min_cash_reserve_percent": Decimal("33.333")}, "two decimals at most, was 33.333"),
        ({"max_open_positions": 0}, "1 to 1000, was 0"),
        ({"max_loss_per_day": Decimal(0)}, "above $0"),
        ({"max_loss_per_week": Decimal("0.005")}, "whole cents"),
        ({"stop_trading_if_daily_loss_exceeds": Decimal(-3)}, "above $0"),
        ({"trading_hours_start": time(16), "trading_hours_end": time(9, 30)}, "end after 16:00, was 09:30"),
        ({"timezone": "Mars/Olympus"}, "such as Europe/Berlin, was 'Mars/Olympus'"),
        ({"experience": "guru"}, "one of beginner"),
        ({"risk_tolerance": "yolo"}, "was 'yolo'"),
        ({"trading_style": "scalping"}, "one of day, swing"),
        (
            {"preferred_sectors": ["Energy"], "avoided_sectors": ["Energy"]},
            "Energy can't be preferred and avoided",
        ),
        ({"avoided_sectors": ["x" * 61]}, "1 to 60 characters"),
        ({"preferred_sectors": [str(number) for number in range(51)]}, "at most 50 sectors, found 51"),
        ({"user": None}, "There is no field user to set"),
    ],
)
def test_what_a_profile_can_not_be_is_refused_in_words(
    alice: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError) as refused:
        profile_update(alice, **changes)
    assert words in refused.value.message
    assert not TradingProfile.objects.exists()


def test_signing_up_makes_a_user_with_a_profile(app_role: None) -> None:
    """As the role that serves users: row-level security lets the new user's own rows in, and no others."""
    user = user_sign_up(username=" dora ", password="a long enough one", email="Dora@EXAMPLE.com")
    assert (user.username, user.email) == ("dora", "Dora@example.com")
    assert user.check_password("a long enough one")
    with acting_as(user.pk):
        assert TradingProfile.objects.get().user == user
    set_actor(None)
    assert not TradingProfile.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"username": "ALICE"}, "username", "The name ALICE is taken"),
        ({"username": ""}, "username", "valid username"),
        ({"username": "two words"}, "username", "valid username"),
        ({"username": "x" * 151}, "username", "1 to 150 characters, has 151"),
        ({"password": "12345"}, "password", "too short"),
        ({"password": "dora-dora"}, "password", "too similar"),
        ({"password": "password"}, "password", "too common"),
    ],
)
def test_sign_up_refuses_in_words(alice: User, values: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(UserError) as refused, transaction.atomic():
        user_sign_up(**{"username": "dora-dora", "password": "a long enough one", **values})
    assert words in refused.value.fields[field]
    assert User.objects.count() == 1
