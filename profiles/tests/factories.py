"""What the tests of this room, and of rooms above, need of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from market.models import Instrument
from profiles.models import TradingModel
from profiles.services import model_create


def instrument_make(symbol: str) -> Instrument:
    return Instrument.objects.get_or_create(symbol=symbol, defaults={"name": symbol})[0]


def trading_model_make(user: User, name: str = "Momentum on SPY", **fields: Any) -> TradingModel:
    for symbol in fields.get("allowed_symbols", []):
        instrument_make(symbol)
    return model_create(user, name=name, **fields)
