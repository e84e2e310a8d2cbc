"""Who looks, and whose Model is looked at."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from conftest import as_in_production
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make


@pytest.fixture
def staff_client(db: None) -> Client:
    browser = as_in_production(Client())
    browser.force_login(User.objects.create_user("olga", is_staff=True))
    return browser


@pytest.fixture
def model(alice: User) -> TradingModel:
    return trading_model_make(alice)
