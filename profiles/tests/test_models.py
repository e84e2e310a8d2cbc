from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from profiles.models import TradingModel, TradingProfile
from profiles.tests.factories import trading_model_make


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("initial_cash", Decimal(0)),
        ("initial_cash", Decimal(-1)),
        ("initial_cash", Decimal("1000000000.01")),
        ("max_position_size_dollars", Decimal(0)),
        ("max_daily_loss_dollars", Decimal(-5)),
        ("trading_style", "long-term"),
        ("instrument", "bonds"),
        ("allowed_order_types", ["market", "iceberg"]),
        ("max_concurrent_runs", 0),
        ("max_concurrent_runs", 51),
        ("next_run_number", 0),
    ],
)
def test_the_database_refuses_a_model_that_can_not_be(alice: User, field: str, value: Any) -> None:
    model = trading_model_make(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        TradingModel.objects.filter(pk=model.pk).update(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_position_size_percent", Decimal(0)),
        ("max_position_size_percent", Decimal("100.01")),
        ("min_cash_reserve_percent", Decimal(-1)),
        ("max_open_positions", 0),
        ("max_loss_per_day", Decimal(0)),
        ("max_loss_per_week", Decimal(-1)),
        ("stop_trading_if_daily_loss_exceeds", Decimal(0)),
        ("trading_hours_end", time(9, 30)),
    ],
)
def test_the_database_refuses_a_profile_that_can_not_be(alice: User, field: str, value: Any) -> None:
    profile = TradingProfile.objects.create(user=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        TradingProfile.objects.filter(pk=profile.pk).update(**{field: value})


def test_a_user_has_one_profile_and_each_slug_once(alice: User, charlie: User) -> None:
    TradingProfile.objects.create(user=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        TradingProfile.objects.create(user=alice)
    model = trading_model_make(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        TradingModel.objects.create(user=alice, name="Other", slug=model.slug)
    TradingModel.objects.create(user=charlie, name="Other", slug=model.slug)


@pytest.mark.parametrize(
    ("style", "margin", "times"),
    [
        ("scalping", True, 4),
        ("day-trading", True, 4),
        ("swing-trading", True, 2),
        ("investing", True, 2),
        ("scalping", False, 1),
    ],
)
def test_buying_power_follows_account_and_style(style: str, margin: bool, times: int) -> None:
    assert TradingModel(trading_style=style, margin_account=margin).buying_power == times
