"""The example in the documentation does what it says, against a real server."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from agents.tasks import run_slice
from agents.tests.world import DAY, bars_make
from profiles.tokens.services import token_create
from runs.models import Run, RunState
from tradelab.api_page import EXAMPLE

SECONDS = 60


@pytest.mark.slow
def test_the_example_starts_a_run_and_follows_it(site: str, alice: User) -> None:
    bars_make()
    _, token = token_create(alice, name="example", scope="trade")
    command = [sys.executable, str(settings.BASE_DIR / EXAMPLE), site, token, "TEST", DAY.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as example:
        deadline = time.monotonic() + SECONDS
        while example.poll() is None and time.monotonic() < deadline:
            for run in Run.objects.filter(state=RunState.QUEUED):  # be the worker
                run_slice(run.user_id, run.pk, slice_seconds=30)
        example.kill()
        told = example.communicate()[0]
    run = Run.objects.get()
    assert example.returncode == 0, told
    assert run.equity is not None
    assert f"Run 1 completed after 390 steps, equity {run.equity.normalize():f}" in told
    assert "total_return: " in told
