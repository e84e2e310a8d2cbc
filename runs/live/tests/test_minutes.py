"""When a minute becomes a step, and when the feed is asked: by the clock and by what has arrived, on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from market.calendar import Bounds
from runs.live.minutes import is_session_over, listen_at, minutes_ready
from runs.live.terms import LiveTerms

OPEN = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
SESSION = Bounds(OPEN, OPEN + timedelta(minutes=390))
TERMS = LiveTerms("played")
BOTH, ONE = {"AAA", "BBB"}, {"AAA"}
PAUSE = timedelta(seconds=5)


def at(minute: int, second: float = 0) -> datetime:
    return OPEN + timedelta(minutes=minute, seconds=second)


@pytest.mark.parametrize(
    ("arrived", "after", "now", "ready"),
    [
        pytest.param({}, None, at(1, 5), [], id="nothing"),
        pytest.param({0: BOTH}, None, at(1, 1), [0], id="complete: at once"),
        pytest.param({0: ONE}, None, at(1, 29), [], id="one lacks: waits"),
        pytest.param({0: ONE}, None, at(1, 30), [0], id="one lacks: waited enough"),
        pytest.param({0: BOTH, 1: BOTH}, None, at(2, 1), [0, 1], id="two at once, in order"),
        pytest.param({1: BOTH}, None, at(2, 1), [], id="behind a gap at the open: waits"),
        pytest.param({1: BOTH}, None, at(2, 15), [1], id="behind a gap: passed 75 s after the gap's end"),
        pytest.param({5: BOTH}, 3, at(6, 14), [], id="behind a gap in the middle: waits"),
        pytest.param({5: BOTH}, 3, at(6, 15), [5], id="behind a gap in the middle: passed"),
        pytest.param({4: BOTH, 5: BOTH}, 3, at(6, 5), [4, 5], id="the gap was filled in time"),
        pytest.param({4: ONE, 5: BOTH}, 3, at(6, 1), [4, 5], id="half of the one before has waited"),
        pytest.param({3: BOTH}, 3, at(4, 30), [], id="a step is taken once"),
        pytest.param({389: BOTH}, 388, at(390, 1), [389], id="the last minute"),
        pytest.param({}, 380, at(391, 14), [], id="no last minute yet"),
        pytest.param({}, 380, at(391, 15), [389], id="no last minute: a step all the same"),
        pytest.param({}, None, at(400), [], id="no bar at all: no step"),
        pytest.param(
            {388: BOTH}, 380, at(391, 15), [388, 389], id="the last bar came late, and none after it"
        ),
    ],
)
def test_minutes_become_steps(
    arrived: dict[int, set[str]], after: int | None, now: datetime, ready: list[int]
) -> None:
    found = minutes_ready(
        TERMS,
        SESSION,
        BOTH,
        {at(minute): symbols for minute, symbols in arrived.items()},
        None if after is None else at(after),
        now,
    )
    assert found == [at(minute) for minute in ready]


def test_a_session_is_over_with_its_last_minute_or_without_any_bar() -> None:
    assert not is_session_over(TERMS, SESSION, at(388), at(500))
    assert is_session_over(TERMS, SESSION, at(389), at(390, 1))
    assert not is_session_over(TERMS, SESSION, None, at(391, 14))
    assert is_session_over(TERMS, SESSION, None, at(391, 15))


def test_the_feed_is_asked_as_the_next_bar_is_due_and_then_in_short_pauses() -> None:
    assert listen_at(TERMS, SESSION, at(4), at(5, 2), pause=PAUSE) == at(6, 1)
    assert listen_at(TERMS, SESSION, at(4), at(6, 1), pause=PAUSE) == at(6, 6)
    assert listen_at(TERMS, SESSION, None, at(0, -600), pause=PAUSE) == at(1, 1)
    assert listen_at(TERMS, SESSION, None, at(1, 1), pause=PAUSE) == at(1, 6)


def test_a_delay_that_was_measured_counts_up_to_what_the_feed_says_of_itself() -> None:
    slow = LiveTerms("played", delay_seconds=900)
    assert slow.found(None).due_at(OPEN) == at(16)
    assert slow.found(30).due_at(OPEN) == at(1, 30)
    assert slow.found(1000).due_at(OPEN) == at(16)
    # Asked a little before, should bars come sooner than they did.
    assert listen_at(slow.found(30), SESSION, at(4), at(5, 31), pause=PAUSE) == at(6, 21)
    assert TERMS.found(40).due_at(OPEN) == at(1), "a feed that says it has no delay is late, not slow"
