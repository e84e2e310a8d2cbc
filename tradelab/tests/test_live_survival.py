"""A live run outlives its workers, Redis and connections: whatever is cut as bars come in, it takes each minute once, on a
clock in a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import connection
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
from tradelab.services.processes import Child
from tradelab.tests.support import eventually
from tradelab.tests.test_survival import LEASE_SECONDS, worker

CLOSE = datetime(2026, 3, 10, 20, tzinfo=UTC)
FIRST = CLOSE - timedelta(minutes=12)
BARS = 12
CUT_AT = (3, 8)


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


def kill_worker(child: Child) -> None:
    os.killpg(child.process.pid, signal.SIGKILL)  # the worker and its child process
    child.process.wait()


def cut_database(child: Child) -> None:
    """What a PostgreSQL that restarts does to everybody: every connection of the role that serves users ends."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(url.geturl()) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def empty_redis(child: Child) -> None:
    """What a Redis that restarts without its memory does: messages are gone, and so are connections."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.delete("runs", "unacked", "unacked_index")
        for each in client.client_list():
            if (
                each["db"] == str(client.get_connection_kwargs().get("db", 0))
                and int(each["id"]) != client.client_id()
            ):
                client.client_kill_filter(_id=each["id"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cut", [kill_worker, cut_database, empty_redis])
def test_a_live_run_survives_whatever_is_cut_while_bars_come_in(
    cut: Callable[[Child], None], settings: Settings, clock_file: Path
) -> None:
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    alice = User.objects.create_user("alice")
    Instrument.objects.create(symbol="TEST", name="TEST")
    script = script_of({2: [wish("buy", 10)], 6: [wish("sell", 4)], 9: [wish("buy", 3)]})
    run = live_run(alice, trader(alice), feed="folder", decider_params=script)
    run_advance.delay(alice.pk, run.pk)
    for step in CUT_AT:
        with worker() as child:
            eventually(partial(go_on, run, clock_file, step), seconds=120)
            cut(child)
            if child.is_alive:  # it has to go on by itself
                eventually(partial(go_on, run, clock_file, step + 2), seconds=120)
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
