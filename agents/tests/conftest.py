"""Sessions with a language model that answers by a function of the question."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from agents.foreground import session_run
from agents.tests.llm_world import BARS, Brain, FakeJournal, LlmTrade, TakeSeat, endpoint_make, hold
from agents.tests.world import bars_make, model_make, request_make
from profiles.models import TradingModel
from runs.models import Run


@pytest.fixture
def llm_model(alice: User) -> TradingModel:
    bars_make(left_out=range(BARS, 390))
    endpoint_make(alice)
    return model_make(alice, allowed_order_types=["market", "limit"], custom_rules="Never hold over lunch.")


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> TakeSeat:
    def seat(brain: Brain) -> FakeJournal:
        journal = FakeJournal(brain)
        monkeypatch.setattr("agents.setup.journal_open", lambda user, claim, run: journal)
        return journal

    return seat


@pytest.fixture
def llm_trade(alice: User, llm_model: TradingModel, seat: TakeSeat) -> LlmTrade:
    def trade(brain: Brain = hold, **params: Any) -> tuple[Run, FakeJournal]:
        journal = seat(brain)
        params = {"analysis_every": 10, "bars_shown": 5, **params}
        run = session_run(alice, request_make(llm_model, "llm", decider_params=params), lambda run: None)
        run.refresh_from_db()
        return run, journal

    return trade
