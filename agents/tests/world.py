"""A small market and a Model in it, for tests that run sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from agents.deciders import decider_check
from core.rls import acting_as
from market.calendar import session_bounds
from market.models import Bar, BarImport, Instrument
from profiles.models import TradingModel
from runs.models import Run
from runs.services import run_start
from runs.services.start import RunRequest

DAY = date(2026, 3, 10)  # a Tuesday


def bars_make(
    symbol: str = "TEST",
    day: date = DAY,
    *,
    session: str = "regular",
    seed: int = 1,
    left_out: Iterable[int] = (),
) -> Instrument:
    """Store a seeded walk of minute bars over one session, without the minutes left out."""
    instrument, _ = Instrument.objects.get_or_create(symbol=symbol, defaults={"name": f"Test of {symbol}"})
    source = BarImport.objects.create(
        source="test", format="test", started_at=timezone.now(), status=BarImport.Status.COMPLETED
    )
    bounds = session_bounds(day, session)
    assert bounds is not None
    minutes = int((bounds.close - bounds.open).total_seconds()) // 60
    missing = set(left_out)
    Bar.objects.bulk_create(
        Bar(instrument=instrument, bar_import=source, timeframe="minute", **values)
        for minute, values in enumerate(walk(bounds.open, minutes, seed))
        if minute not in missing
    )
    return instrument


def walk(start: datetime, minutes: int, seed: int) -> Iterable[dict[str, Any]]:
    """Bars of a random walk in cents around $100, with room for orders of some thousand shares."""
    random, cents = Random(seed), 10_000
    for minute in range(minutes):
        opens = cents
        cents = max(100, cents + random.randint(-12, 12))
        high, low = max(opens, cents) + random.randint(0, 5), min(opens, cents) - random.randint(0, 5)
        prices = {"open": opens / 100, "high": high / 100, "low": low / 100, "close": cents / 100}
        yield {"start": start + timedelta(minutes=minute), "volume": random.randint(20_000, 90_000), **prices}


def model_make(user: User, name: str = "Crosser", **fields: Any) -> TradingModel:
    """A Model with room for its trades: up to half of its equity in one position."""
    with acting_as(user.pk):
        return TradingModel.objects.create(
            user=user,
            name=name,
            slug=name.lower().replace(" ", "-"),
            **{"max_position_size_dollars": None, "max_daily_loss_dollars": None, **fields},
        )


def request_make(model: TradingModel, decider: str = "sma_cross", **fields: Any) -> RunRequest:
    values = {"symbols": ["TEST"], "date_from": DAY, "date_to": DAY, **fields}
    params = decider_check(decider, values.pop("decider_params", {}))
    return RunRequest(model_id=model.pk, decider=decider, decider_params=params, **values)


def run_make(user: User, model: TradingModel, decider: str = "sma_cross", **fields: Any) -> Run:
    """A queued run that no worker has been called for."""
    with acting_as(user.pk):
        run, _ = run_start(user, request_make(model, decider, **fields))
    return run
