"""What tests of asking share: waits that nobody has to sit through, and a run to ask for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.llm.rate import rate_limit
from agents.llm.tests.asking import ENDPOINT_ID
from runs.models import Run
from runs.tests.factories import run_make


@pytest.fixture(autouse=True)
def quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LLM_BEAT_SECONDS = 0.02
    monkeypatch.setattr("agents.llm.attempts.FIRST_WAIT_SECONDS", 0.01)
    rate_limit().forget(ENDPOINT_ID)


@pytest.fixture
def run(alice: User) -> Run:
    return run_make(alice)
