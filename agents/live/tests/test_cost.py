"""What a wake of a live run asks of the database: it comes every few seconds, for hours."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.live.tests.world import Tape, at, live_run, market_day, play, wake
from agents.tests.tape import trader
from core import clock
from runs.models import Run

FRAME = (
    "SAVEPOINT",
    "RELEASE",
    "SELECT set_config",
    "SELECT current_setting",
)  # of transactions, not of the work


def statements(run: Run) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        wake(run)
    return [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(FRAME)]


def test_a_wake_that_finds_nothing_new_takes_few_statements(alice: User) -> None:
    tape = Tape()
    tape.row(0, *[100.0] * 10)
    with market_day(tape) as hands:
        run = play(live_run(alice, trader(alice), decider="hold"), hands, at(10, 1))
        before = run.cursor
        hands.move_to(clock.now() + timedelta(seconds=90))
        assert len(found := statements(run)) <= 15, "\n".join(found)
    run.refresh_from_db()
    assert run.cursor == before == 10


def test_a_minute_that_is_a_step_takes_few_statements(alice: User) -> None:
    tape = Tape()
    tape.row(0, *[100.0] * 20)
    with market_day(tape) as hands:
        run = play(live_run(alice, trader(alice), decider="hold"), hands, at(10, 1))
        hands.move_to(at(11, 1))
        assert len(found := statements(run)) <= 33, "\n".join(found)
    run.refresh_from_db()
    assert run.cursor == 11
