"""What people wait for: one symbol-day with everything stored, and the page that shows it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from agents.demo import demo_create, demo_request
from agents.foreground import session_run
from runs.models import Run

REPEATS = 7


@dataclass(frozen=True, slots=True)
class RunPace:
    """A baseline run of one symbol-day, in seconds, and its page, in milliseconds; the best of some repeats."""

    steps: int
    worker_seconds: float
    wall_seconds: float
    page_milliseconds: float
    page_kilobytes: float


@transaction.atomic
def run_pace() -> RunPace:
    """Run the demo's session and open its page. What it stores is rolled back."""
    user = demo_create()
    walls: list[float] = []
    runs: list[Run] = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        runs.append(session_run(user, demo_request(user), lambda run: None))
        walls.append(time.perf_counter() - began)
    run = runs[-1]
    milliseconds, size = page_pace(user, f"/models/{run.model_id}/r/{run.number}/")
    transaction.set_rollback(True)
    worker = min(each.worker_seconds for each in runs)
    return RunPace(run.cursor, round(worker, 4), round(min(walls), 4), milliseconds, size)


def page_pace(user: User, path: str) -> tuple[float, float]:
    """Milliseconds to answer and kilobytes of the answer, templates warmed up."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    best, size = float("inf"), 0
    for _ in range(REPEATS):
        began = time.perf_counter()
        response = client.get(path)
        best = min(best, time.perf_counter() - began)
        size = len(response.content)
        assert response.status_code == 200, f"{path} answered {response.status_code}"
    return round(best * 1000, 1), round(size / 1024, 1)
