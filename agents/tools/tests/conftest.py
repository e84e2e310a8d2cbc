"""The small run of `scene`, stored."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from agents.tests.conftest import llm_model, llm_trade, seat
from agents.tools.tests.scene import losing_run_of, market_make
from runs.models import Run

__all__ = ["llm_model", "llm_trade", "losing_run", "seat"]


@pytest.fixture
def losing_run(alice: User) -> Run:
    market_make()
    return losing_run_of(alice)
