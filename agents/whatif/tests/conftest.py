"""A run of which every figure is known by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.tests.tape import Script, minutes, trade, trader, wish
from runs.models import Run


def traded(user: User, script: Script, *prices: Any, **fields: Any) -> Run:
    """A run over these minutes, with $10,000, no slippage and no fees."""
    minutes(*prices)
    return trade(user, trader(user, initial_cash=Decimal(10_000), **fields), script)


@pytest.fixture
def denied_run(alice: User) -> Run:
    """Wants 60 % in step 2, of which the gate allows 50 %; 20 shares in step 4 pass. The price goes from 100 to 110."""
    return traded(alice, {2: [wish("buy", 60)], 4: [wish("buy", 20)]}, *[100] * 6, *[110] * 4)
