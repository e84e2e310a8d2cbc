"""The demo: a user with three Models on the synthetic market, and the session that shows the main job."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from core.rls import acting_as
from market.services import sample_market_create
from profiles.selectors import models_list
from profiles.services import model_create, user_sign_up

DEMO_USER = "demo"

DEMO_MODELS: list[dict[str, Any]] = [
    {
        "name": "Moving-average cross",
        "description": "Long while the 10-minute average is above the 30-minute one. The plainest trend follower.",
        "decider": "sma_cross",
        "decider_params": {"fast": 10, "slow": 30},
    },
    {
        "name": "Momentum breakout",
        "description": "Buys new 20-minute highs, leaves at 10-minute lows. Wants more than it may have: see its denials.",
        "decider": "momentum_breakout",
        "decider_params": {"entry_bars": 20, "exit_bars": 10, "equity_percent": 35},
    },
    {
        "name": "Mean reversion",
        "description": "Buys two deviations below the 20-minute mean, sells when price has come back.",
        "decider": "mean_reversion",
        "decider_params": {"bars": 20, "entry_z": 2.0, "exit_z": 0.0},
    },
]


def demo_create() -> User:
    """Make what is missing of the demo; twice changes nothing."""
    sample_market_create()
    user = User.objects.filter(username=DEMO_USER).first()
    if user is None:
        user = user_sign_up(username=DEMO_USER, password=DEMO_USER, email="")
    with acting_as(user.pk):
        names = set(models_list(user).values_list("name", flat=True))
        for fields in DEMO_MODELS:
            if fields["name"] not in names:
                model_create(user, **fields)
    return user


def demo_request(user: User) -> RunRequest:
    """The newest complete session of the first sample symbol, for the first demo Model."""
    with acting_as(user.pk):
        model = models_list(user).get(name=DEMO_MODELS[0]["name"])
    symbol = sample_symbols()[0]
    day = session_days(symbol)[0]
    return RunRequest(
        model_id=model.pk,
        symbols=[symbol],
        date_from=day,
        date_to=day,
        decider=model.decider,
        decider_params=model.decider_params,
    )
