"""A Model that asks the scripted endpoint over a short session, for tests of what that will take."""

from __future__ import annotations

from django.contrib.auth.models import User

from agents.llm.fake.server import FakeServer
from agents.tests.world import bars_make, model_make
from profiles.llm.services import endpoint_create
from profiles.models import TradingModel

BARS = 30
CALLS = BARS + 3  # a plan before, an analysis between, a reflection behind
PARAMS = {"bars_shown": 10, "analysis_every": 20}


def watcher_make(user: User, server: FakeServer) -> TradingModel:
    bars_make(left_out=range(BARS, 390))
    endpoint_create(user, name="Scripted", base_url=server.base_url, ai_models=["scripted"], key="any")
    return model_make(user, "Watcher", decider="llm", decider_params=PARAMS)
