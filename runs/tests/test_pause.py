"""Pauses: everything is kept, nothing says running, and the run goes on when it is time or when it is told to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from core.errors import Conflict, Forbidden, UserError
from runs.models import Run, RunState
from runs.services import (
    Claim,
    LeaseLost,
    lease_beat,
    lease_take,
    run_budget_set,
    run_lock_again,
    run_lock_claimed,
    run_pause,
    run_pause_ask,
    run_pause_asked,
    run_resume,
    run_stop,
)
from runs.services.lifecycle import IllegalRunMove
from runs.services.pause import MOST_PAUSED_IN_VAIN, budget_clean
from runs.tests.factories import run_make


@pytest.fixture
def run(alice: User) -> Run:
    return run_make(alice)


def take(alice: User, run: Run) -> Claim:
    claim = lease_take(alice, run.pk, owner="worker")
    assert claim is not None
    return claim


def pause(alice: User, claim: Claim, *, retry_at: datetime | None = None) -> Run:
    locked = run_lock_claimed(alice, claim)
    run_pause(locked, code="rate_limited", message="Too many requests.", retry_at=retry_at)
    return locked


def soon() -> datetime:
    return timezone.now() + timedelta(seconds=1)


def wait_for(run: Run, seconds: float) -> None:
    """Let time pass for this run."""
    past = timezone.now() - timedelta(seconds=seconds)
    Run.objects.filter(pk=run.pk).update(resume_at=past, woken_at=past)


def woken() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT run_id FROM runs_to_wake(10)")
        return [row[0] for row in cursor.fetchall()]


def kinds(run: Run) -> list[str]:
    return list(run.events.values_list("kind", flat=True))


def test_a_paused_run_says_why_and_no_worker_holds_it(alice: User, run: Run) -> None:
    claim = take(alice, run)
    pause(alice, claim)
    run.refresh_from_db()
    assert (run.state, run.pause_code, run.resume_at) == (RunState.PAUSED, "rate_limited", None)
    assert (run.lease_owner, run.lease_expires_at) == ("", None)
    with pytest.raises(LeaseLost):
        run_lock_claimed(alice, claim)
    assert lease_take(alice, run.pk, owner="other") is None
    assert woken() == []


def test_it_goes_on_by_itself_when_its_time_has_come(alice: User, run: Run) -> None:
    pause(alice, take(alice, run), retry_at=soon())
    assert woken() == []
    assert lease_take(alice, run.pk, owner="early") is None
    wait_for(run, 60)
    assert woken() == [run.pk]
    assert woken() == [], "a worker is on its way"
    take(alice, run)
    run.refresh_from_db()
    assert (run.state, run.pause_code, run.paused_at) == (RunState.RUNNING, "", None)
    assert run.paused_seconds > 0
    assert kinds(run) == ["queued", "started", "paused", "resumed"]


def test_every_pause_without_a_step_lasts_twice_as_long(alice: User, run: Run) -> None:
    waits = []
    for _ in range(8):
        locked = pause(alice, take(alice, run), retry_at=soon())
        assert locked.resume_at is not None
        waits.append(round((locked.resume_at - timezone.now()).total_seconds()))
        wait_for(run, 60)
    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800]


def test_after_a_day_of_tries_it_waits_for_somebody(alice: User, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(paused_in_vain=MOST_PAUSED_IN_VAIN)
    assert pause(alice, take(alice, run), retry_at=soon()).resume_at is None


def test_resuming_lets_a_worker_take_it_at_once_and_twice_is_once(alice: User, run: Run) -> None:
    pause(alice, take(alice, run))
    assert run_resume(alice, run.pk).state == RunState.PAUSED, "nobody works on it yet"
    run_resume(alice, run.pk)
    assert kinds(run).count("resume_requested") == 1
    take(alice, run)
    with pytest.raises(Conflict, match="is running, not paused"):
        run_resume(alice, run.pk)


def test_a_stranger_resumes_nothing(alice: User, charlie: User, run: Run) -> None:
    pause(alice, take(alice, run))
    with pytest.raises(Forbidden):
        run_resume(charlie, run.pk)
    with pytest.raises(Forbidden):
        run_budget_set(charlie, run.pk, {"calls": 10})


def test_a_paused_run_stops_at_once_and_an_ended_one_can_not_be_paused(alice: User, run: Run) -> None:
    claim = take(alice, run)
    locked = run_lock_claimed(alice, claim)
    pause(alice, claim)
    assert run_stop(alice, run.pk).state == RunState.STOPPED
    locked.refresh_from_db()
    with pytest.raises(IllegalRunMove):
        run_pause(locked, code="x", message="x")


def test_a_beat_renews_the_lease_and_hears_of_stop(alice: User, run: Run) -> None:
    claim = take(alice, run)
    assert lease_beat(alice, claim) is False
    nearly_over = timezone.now() + timedelta(seconds=1)
    Run.objects.filter(pk=run.pk).update(lease_expires_at=nearly_over)
    lease_beat(alice, claim)
    run.refresh_from_db()
    assert run.lease_expires_at is not None
    assert run.lease_expires_at > nearly_over + timedelta(seconds=5)
    run_stop(alice, run.pk)
    assert lease_beat(alice, claim) is True


def test_a_beat_of_a_replaced_worker_fails(alice: User, run: Run) -> None:
    claim = take(alice, run)
    Run.objects.filter(pk=run.pk).update(lease_token=claim.token + 1)
    with pytest.raises(LeaseLost):
        lease_beat(alice, claim)


def test_a_budget_can_be_changed_cap_by_cap_while_the_run_is_active(alice: User, run: Run) -> None:
    run_budget_set(alice, run.pk, {"calls": "100", "cost": "1.50"})
    assert run_budget_set(alice, run.pk, {"calls": None, "tokens": 5000}).budget == {
        "cost": "1.50",
        "tokens": 5000,
    }
    run_stop(alice, run.pk)
    with pytest.raises(Conflict, match="has ended"):
        run_budget_set(alice, run.pk, {"calls": 5})


@pytest.mark.parametrize(
    "budget", [{"calls": -1}, {"tokens": "1.5"}, {"cost": "NaN"}, {"seconds": "soon"}, {"hope": 1}]
)
def test_a_budget_that_can_not_be_is_refused(budget: dict[str, object]) -> None:
    with pytest.raises(UserError):
        budget_clean(budget)


def test_a_run_that_is_asked_to_pause_keeps_its_worker_until_the_step_is_done(alice: User, run: Run) -> None:
    claim = take(alice, run)
    assert run_pause_ask(alice, run.pk).state == RunState.RUNNING
    run_pause_ask(alice, run.pk)
    assert kinds(run) == ["queued", "started", "pause_requested"]
    locked = run_lock_claimed(alice, claim)
    run_lock_again(locked, claim)
    assert locked.pause_requested_at is not None
    run_pause_asked(locked)
    run.refresh_from_db()
    assert (run.state, run.pause_code, run.pause_requested_at) == (RunState.PAUSED, "paused_by_you", None)
    assert (run.lease_owner, run.lease_expires_at, run.resume_at) == ("", None, None)
    with pytest.raises(LeaseLost):
        run_lock_claimed(alice, claim)
    assert woken() == [], "it waits for its owner"
    assert run_pause_ask(alice, run.pk).state == RunState.PAUSED
    run_resume(alice, run.pk)
    take(alice, run)


def test_a_run_that_no_worker_holds_pauses_at_once_and_fences_off_the_one_that_died(
    alice: User, run: Run
) -> None:
    claim = take(alice, run)
    Run.objects.filter(pk=run.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert run_pause_ask(alice, run.pk).state == RunState.PAUSED
    with pytest.raises(LeaseLost):
        lease_beat(alice, claim)


def test_going_on_before_the_pause_has_come_takes_the_question_back(alice: User, run: Run) -> None:
    claim = take(alice, run)
    run_pause_ask(alice, run.pk)
    assert run_resume(alice, run.pk).state == RunState.RUNNING
    locked = run_lock_claimed(alice, claim)
    assert locked.pause_requested_at is None
    assert kinds(run)[-2:] == ["pause_requested", "resume_requested"]


def test_a_provider_that_fails_while_a_pause_is_asked_for_does_not_end_the_pause(
    alice: User, run: Run
) -> None:
    claim = take(alice, run)
    run_pause_ask(alice, run.pk)
    assert pause(alice, claim, retry_at=soon()).resume_at is None


def test_only_a_running_run_can_be_asked_to_pause(alice: User, charlie: User, run: Run) -> None:
    with pytest.raises(Conflict, match="is queued, not running"):
        run_pause_ask(alice, run.pk)
    take(alice, run)
    with pytest.raises(Forbidden):
        run_pause_ask(charlie, run.pk)
    run_stop(alice, run.pk)
    with pytest.raises(Conflict, match="is stopping, not running"):
        run_pause_ask(alice, run.pk)
