"""A Model of alice's and instruments, for the tests of rules as rows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from profiles.models import TradingModel
from profiles.tests.factories import instrument_make, trading_model_make


@pytest.fixture
def model(alice: User) -> TradingModel:
    for symbol in ("SPY", "IBM", "TSLA"):
        instrument_make(symbol)
    return trading_model_make(alice)


@pytest.fixture
def api(api_client: APIClient, alice: User) -> APIClient:
    api_client.force_login(alice)
    return api_client
