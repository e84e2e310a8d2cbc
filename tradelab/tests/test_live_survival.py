"""A live run outlives its workers: killed as bars come in, it takes each minute once, on a clock in a file."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from agents.live.tests.world import live_run
from agents.replay import differences, replay
from agents.tasks import run_advance, runs_wake
from agents.tests.tape import script_of, trader, wish
from broker.models import Fill
from core import clock
from market.models import Instrument
from reasoning.models import Entry
from runs.models import LiveBar, Run, RunState
from tradelab.tests.support import eventually
from tradelab.tests.test_survival import LEASE_SECONDS, worker

CLOSE = datetime(2026, 3, 10, 20, tzinfo=UTC)
FIRST = CLOSE - timedelta(minutes=12)
BARS = 12
KILLED_AT = (3, 8)


@pytest.fixture
def clock_file(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clock of this process and of its workers, and a folder in which all bars of the last minutes stand: what
    has closed follows from the clock."""
    file, folder = tmp_path / "clock", tmp_path / "bars"
    folder.mkdir()
    rows = [
        f"TEST,{(FIRST + timedelta(minutes=minute)).isoformat()},{100 + minute},{101 + minute},{99 + minute},{100 + minute},90000"
        for minute in range(BARS)
    ]
    (folder / "test.csv").write_text("\n".join(["symbol,timestamp,open,high,low,close,volume", *rows]) + "\n")
    for name, value in (("CLOCK_FILE", file), ("FEED_FOLDER", folder)):
        monkeypatch.setenv(name, str(value))
    settings.CLOCK_FILE, settings.FEEDS = str(file), {**settings.FEEDS, "folder": folder}
    turn(file, FIRST - timedelta(seconds=30))
    return file


def turn(file: Path, moment: datetime) -> None:
    """As a whole, so that nobody reads half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(moment.isoformat())
    fresh.replace(file)


def go_on(run: Run, file: Path, steps: int) -> bool:
    """Turn the clock to the run's next wish, as often as it has one, and say whether it has taken so many steps."""
    run.refresh_from_db()
    if run.wake_at is not None:
        turn(file, max(run.wake_at, clock.now()))
    runs_wake()  # what beat does every few seconds
    return run.cursor >= steps or not run.is_active


@pytest.mark.django_db(transaction=True)
def test_a_live_run_survives_kills_while_bars_come_in(settings: Settings, clock_file: Path) -> None:
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    alice = User.objects.create_user("alice")
    Instrument.objects.create(symbol="TEST", name="TEST")
    script = script_of({2: [wish("buy", 10)], 6: [wish("sell", 4)], 9: [wish("buy", 3)]})
    run = live_run(alice, trader(alice), feed="folder", decider_params=script)
    run_advance.delay(alice.pk, run.pk)
    for step in KILLED_AT:
        with worker() as child:
            eventually(partial(go_on, run, clock_file, step), seconds=120)
            os.killpg(child.process.pid, signal.SIGKILL)  # the worker and its child process
            child.process.wait()
    with worker():
        eventually(partial(go_on, run, clock_file, BARS + 1), seconds=120)

    run.refresh_from_db()
    assert (run.state, run.cursor, run.asked_count) == (RunState.COMPLETED, BARS, BARS)
    steps = list(
        Entry.objects.filter(run=run, kind="decision").order_by("seq").values_list("step", flat=True)
    )
    assert steps == list(range(1, BARS + 1)), "every minute has exactly one decision"
    assert LiveBar.objects.filter(run=run).count() == BARS
    fills = Fill.objects.filter(run=run).order_by("seq").values_list("step", "quantity", "price")
    assert list(fills) == [(3, 10, 102), (7, 4, 106), (10, 3, 109)]
    assert differences(run, replay(run)) == []
