"""A market written by hand, bar by bar, and scripts that trade in it: for tests whose every figure is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from agents.foreground import session_run
from agents.tests.world import DAY, model_make, request_make, run_make
from core.rls import acting_as
from market.calendar import session_bounds, trading_days
from market.models import Bar, BarImport, CorporateAction, Instrument, QuoteBar
from profiles.models import TradingModel, TradingProfile
from profiles.vocabulary import AllowedOrderType
from runs.models import Run

# A close alone stands for the whole bar; else open, high, low, close, and perhaps the volume. None: no bar.
Prices = float | Sequence[float] | None

BARE = {"slippage": "none"}
WIDE_PROFILE = {"max_position_size_percent": 100, "min_cash_reserve_percent": 0, "use_short_selling": True}


def source() -> BarImport:
    return BarImport.objects.create(source="by hand", format="test", started_at=timezone.now())


def bars_store(
    symbol: str, starts: Sequence[datetime], prices: Sequence[Prices], timeframe: str
) -> Instrument:
    instrument, _ = Instrument.objects.get_or_create(symbol=symbol, defaults={"name": symbol})
    brought = source()
    Bar.objects.bulk_create(
        Bar(instrument=instrument, bar_import=brought, timeframe=timeframe, start=start, **bar_of(price))
        for start, price in zip(starts, prices, strict=False)
        if price is not None
    )
    return instrument


def bar_of(prices: float | Sequence[float]) -> dict[str, Any]:
    values = [prices] * 4 if isinstance(prices, int | float) else list(prices)
    open_, high, low, close, *volume = values
    return {
        "open": open_,
        "high": high,
        "low": low,
        "close": close,
        "volume": int(volume[0]) if volume else 100_000,
    }


def minutes(*prices: Prices, symbol: str = "TEST", day: date = DAY) -> list[datetime]:
    """Minute bars from the regular session's open on; returns their starts."""
    bounds = session_bounds(day)
    assert bounds is not None
    starts = [bounds.open + timedelta(minutes=minute) for minute in range(len(prices))]
    bars_store(symbol, starts, prices, "minute")
    return starts


def days(*prices: Prices, symbol: str = "TEST", first: date = DAY) -> list[date]:
    """Daily bars of consecutive trading days; returns these days."""
    found = trading_days(first, first + timedelta(days=2 * len(prices) + 10))[: len(prices)]
    opens = [bounds.open for day in found if (bounds := session_bounds(day)) is not None]
    bars_store(symbol, opens, prices, "day")
    return found


def quotes(*sides: tuple[float | None, float | None] | None, symbol: str = "TEST", day: date = DAY) -> None:
    """Bid and ask of each minute, standing still within it; None where there is no quote."""
    bounds = session_bounds(day)
    assert bounds is not None
    instrument, brought = Instrument.objects.get(symbol=symbol), source()
    for minute, side in enumerate(sides):
        if side is not None:
            prices = {
                f"{name}_{price}": side[place]
                for place, name in enumerate(("bid", "ask"))
                for price in ("open", "high", "low", "close")
            }
            QuoteBar.objects.create(
                instrument=instrument,
                bar_import=brought,
                timeframe="minute",
                start=bounds.open + timedelta(minutes=minute),
                **prices,
            )


def action(security: str, kind: str, ex_date: date, **values: Any) -> CorporateAction:
    return CorporateAction.objects.create(
        security=security, kind=kind, ex_date=ex_date, bar_import=source(), **values
    )


def trader(user: User, name: str = "Scripted", **fields: Any) -> TradingModel:
    """A Model that may send every kind of order, for a user whose profile limits little. Fills are bare of slippage."""
    with acting_as(user.pk):
        TradingProfile.objects.update_or_create(user=user, defaults=WIDE_PROFILE)
    values = {"allowed_order_types": AllowedOrderType.values, "execution": BARE, **fields}
    return model_make(user, name, **values)


def wish(side: str, quantity: int | None = None, symbol: str = "TEST", **terms: Any) -> dict[str, Any]:
    given = {} if quantity is None else {"quantity": quantity}
    return {"action": side, "symbol": symbol, **given, **terms}


Script = Mapping[int, Sequence[dict[str, Any] | int]]


def script_of(steps: Script) -> dict[str, Any]:
    """Parameters of the scripted decider; a number among the wishes of a step is the order that it cancels."""
    return {
        "script": [
            {
                "step": step,
                "intents": [item for item in wanted if not isinstance(item, int)],
                "cancels": [item for item in wanted if isinstance(item, int)],
                "reasoning": f"Step {step} of the script.",
            }
            for step, wanted in steps.items()
        ]
    }


def trade(user: User, model: TradingModel, steps: Script, **fields: Any) -> Run:
    """Run a script to its end and return the run as stored."""
    request = request_make(model, "scripted", decider_params=script_of(steps), **fields)
    run = session_run(user, request, lambda run: None)
    run.refresh_from_db()
    return run


def queued(user: User, model: TradingModel, steps: Script, **fields: Any) -> Run:
    return run_make(user, model, "scripted", decider_params=script_of(steps), **fields)
