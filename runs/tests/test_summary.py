"""What is said of a run at a glance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from runs.models import Run, RunState, RunStatistics
from runs.summary import RunSummary

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def summary(statistics: RunStatistics | None = None, **fields: Any) -> RunSummary:
    run = Run(initial_cash=Decimal(10_000), **{"state": RunState.RUNNING, **fields})
    return RunSummary(run, statistics, NOW)


def test_what_is_not_known_yet_is_none_and_not_zero() -> None:
    queued = summary(state=RunState.QUEUED)
    assert queued.progress is None
    assert queued.decided_share is None
    assert queued.total_return is None
    assert queued.benchmark_return is None
    assert queued.max_drawdown is None
    assert queued.seconds_left is None


def test_the_return_of_a_running_run_is_that_of_its_last_step() -> None:
    assert summary(equity=Decimal("10084.20")).total_return == pytest.approx(0.00842)


def test_the_share_that_was_decided_counts_only_steps_at_which_it_was_asked() -> None:
    assert summary(cursor=100, asked_count=50, decided_count=49).decided_share == 0.98


@pytest.mark.parametrize(
    ("steps", "asked", "decided", "words", "gaps"),
    [
        (390, 390, 390, "decided 100\u00a0% of 390 steps", ""),
        (1_000, 1_000, 999, "decided 999 of 1,000 steps", "1 without an answer"),  # never rounded up to all
        (390, 29, 29, "decided 29 of 29 asked", "361 skipped"),
        (390, 29, 27, "decided 27 of 29 asked", "2 without an answer, 361 skipped"),
        (12, 0, 0, "", "12 skipped"),
        (0, 0, 0, "", ""),
    ],
)
def test_all_steps_are_said_to_be_decided_only_where_they_were(
    steps: int, asked: int, decided: int, words: str, gaps: str
) -> None:
    found = summary(cursor=steps, asked_count=asked, decided_count=decided, failed_count=asked - decided)
    assert (found.decided, found.gaps) == (words, gaps)


def test_the_time_left_follows_from_the_pace_so_far() -> None:
    running = summary(cursor=100, steps_total=400, started_at=NOW - timedelta(seconds=50))
    assert running.progress == 0.25
    assert running.seconds_left == 150


@pytest.mark.parametrize("fields", [{"cursor": 399}, {"state": RunState.STOPPED}, {"cursor": 0}])
def test_a_wait_that_is_short_over_or_unknown_is_not_spoken_of(fields: dict[str, Any]) -> None:
    known: dict[str, Any] = {"cursor": 100, "steps_total": 400, "started_at": NOW - timedelta(seconds=50)}
    assert summary(**known | fields).seconds_left is None


def test_a_run_that_was_asked_to_stop_is_stopping_until_it_has() -> None:
    stopping = summary(stop_requested_at=NOW)
    assert (stopping.state_word, stopping.can_stop) == ("stopping", False)
    stopped = summary(stop_requested_at=NOW, state=RunState.STOPPED)
    assert (stopped.state_word, stopped.can_stop) == ("stopped", False)
    assert summary().can_stop


def test_a_decider_that_is_gone_keeps_its_name() -> None:
    assert summary(decider="retired_one").decider_title == "retired_one"
    assert summary(decider="hold").decider_title == "Hold cash"
