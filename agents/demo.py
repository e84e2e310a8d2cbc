"""The demo: a user with three Models on the synthetic market, and the session that shows the main job."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from core.errors import UserError
from core.rls import acting_as, set_actor
from market.sample import sample_symbols
from market.selectors import session_days
from market.services import sample_market_create
from profiles.models import TradingProfile
from profiles.selectors import models_list
from profiles.services import model_create
from runs.services.start import RunRequest

DEMO_USER = "demo"

DEMO_MODELS: list[dict[str, Any]] = [
    {
        "name": "Moving-average cross",
        "description": "Long while the 10-minute average is above the 30-minute one. The plainest trend follower.",
        "decider": "sma_cross",
        "decider_params": {"fast": 10, "slow": 30},
    },
    {
        "name": "Mean reversion",
        "description": "Buys two deviations below the 20-minute mean, sells when price has come back.",
        "decider": "mean_reversion",
        "decider_params": {"bars": 20, "entry_z": 2.0, "exit_z": 0.0},
    },
    {
        "name": "Greedy breakout",
        "description": "Buys new 20-minute highs with more money than its owner allows: see what is denied, and why.",
        "decider": "momentum_breakout",
        "decider_params": {"entry_bars": 20, "exit_bars": 10, "equity_percent": 35},
    },
]


def demo_create() -> User:
    """Make what is missing of the demo; a second time changes nothing. Raises UserError in production."""
    if settings.IS_PRODUCTION:
        raise UserError("The demo user has a password that everybody knows; it is not made in production.")
    sample_market_create()
    user = User.objects.filter(username=DEMO_USER).first() or demo_user_create()
    with acting_as(user.pk):
        names = set(models_list(user).values_list("name", flat=True))
        for fields in DEMO_MODELS:
            if fields["name"] not in names:
                model_create(user, **fields)
    return user


@transaction.atomic
def demo_user_create() -> User:
    # Not through the sign-up, which would rightly refuse this password.
    user = User.objects.create_user(DEMO_USER, password=DEMO_USER)
    set_actor(user.pk)
    TradingProfile.objects.create(user=user)
    return user


def demo_request(user: User) -> RunRequest:
    """The newest session of the first sample symbol, for the first demo Model."""
    first = DEMO_MODELS[0]
    with acting_as(user.pk):
        model = models_list(user).get(name=first["name"])
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
