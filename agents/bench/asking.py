"""What a decision of a language model costs us beside the provider's time: prompt, journal, gates and commit.

For a throwaway installation: what is asked and decided is committed, as it is in a run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from openai import OpenAI

from agents.demo import demo_request
from agents.services import request_checked
from agents.tasks import run_slice
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from runs.models import Run, RunState
from runs.selectors import access_run
from runs.services import run_start, run_stop
from runs.services.start import RunRequest

MODEL = "scripted"
RAW_CALLS = 200
LONG = 3600.0


@dataclass(frozen=True, slots=True)
class AskingPace:
    """Milliseconds of processor time in our process. `raw` is the SDK alone, asking the same of the same server."""

    decisions: int
    decision: float
    raw: float

    @property
    def overhead(self) -> float:
        return self.decision - self.raw


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """A scripted endpoint that runs: where it is asked, and its process."""

    base_url: str
    pid: int


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """The scripted endpoint in a process of its own, so that its work is not counted as ours."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "fakellm", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own program)
        assert process.stdout is not None
        try:
            yield ScriptedModel(process.stdout.readline().split()[-1], process.pid)
        finally:
            process.terminate()


def asking_pace(user: User) -> AskingPace:
    """Run the demo's session with a question at every bar, then ask the same once more by the SDK alone."""
    with scripted_model() as scripted:
        decisions, seconds = session_seconds(user, scripted.base_url)
        bodies = asked(scripted.base_url)
        raw = raw_seconds(scripted.base_url, bodies[-RAW_CALLS:])
    return AskingPace(decisions, round(seconds / decisions * 1000, 2), round(raw * 1000, 2))


def session_seconds(user: User, base_url: str) -> tuple[int, float]:
    """Decisions and processor seconds of one run."""
    with acting_as(user.pk):
        endpoint_create(user, name="Bench", base_url=base_url, ai_models=[MODEL], is_default=True)
    request = replace(demo_request(user), decider="llm", decider_params={"analysis_every": 0})
    run = session_of(user, replace(request, budget={"calls": 5}))  # warms everything up
    assert run.state == RunState.PAUSED, f"the first run should pause at its budget, is {run.state}"
    with acting_as(user.pk):
        run_stop(user, run.pk)
    began = time.process_time()
    run = session_of(user, request)
    seconds = time.process_time() - began
    assert run.state == RunState.COMPLETED, f"the run should complete, is {run.state}: {run.pause_message}"
    return run.asked_count, seconds


def session_of(user: User, request: RunRequest) -> Run:
    """In one slice, as a worker that is not asked to take turns."""
    with acting_as(user.pk):
        run, _ = run_start(user, request_checked(user, request))
    run_slice(user.pk, run.pk, slice_seconds=LONG)
    with acting_as(user.pk):
        return access_run(user, run.pk)


def asked(base_url: str) -> list[dict[str, Any]]:
    """The requests that the scripted endpoint was sent."""
    with urllib.request.urlopen(f"{base_url.removesuffix('/v1')}/control/requests") as answer:  # noqa: S310  (our own)
        found: list[dict[str, Any]] = json.load(answer)
    return found


def raw_seconds(base_url: str, bodies: list[dict[str, Any]]) -> float:
    """Processor seconds of one call by the SDK, without streaming and without anything around it."""
    client = OpenAI(base_url=base_url, api_key="any", max_retries=0)
    began = time.process_time()
    for body in bodies:
        client.chat.completions.create(
            model=MODEL,
            messages=body["messages"],
            extra_body={"response_format": body.get("response_format")},
        )
    return (time.process_time() - began) / len(bodies)
