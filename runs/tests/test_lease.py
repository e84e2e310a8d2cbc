"""Leases: one worker at a time, and one that lost its lease writes nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from agents.tests.world import bars_make, model_make, run_make
from runs.models import Run, RunState
from runs.services import LeaseLost, lease_release, lease_take, run_lock_claimed, run_stop


@pytest.fixture
def run(alice: User) -> Run:
    bars_make()
    return run_make(alice, model_make(alice))


def expire(run: Run) -> None:
    past = timezone.now() - timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(lease_expires_at=past, woken_at=past)


def woken(grace_seconds: float = 1) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, run_id FROM runs_to_wake(%s)", [grace_seconds])
        return [tuple(row) for row in cursor.fetchall()]


def test_a_live_lease_belongs_to_one_worker(alice: User, run: Run) -> None:
    assert lease_take(alice, run.pk, owner="first") is not None
    assert lease_take(alice, run.pk, owner="second") is None


def test_a_worker_that_was_replaced_can_write_nothing(alice: User, run: Run) -> None:
    first = lease_take(alice, run.pk, owner="first")
    assert first is not None
    expire(run)
    second = lease_take(alice, run.pk, owner="second")
    assert second is not None
    assert second.token > first.token
    with pytest.raises(LeaseLost):
        run_lock_claimed(alice, first)
    with pytest.raises(LeaseLost):
        lease_release(alice, first)
    assert run_lock_claimed(alice, second).lease_owner == "second"


def test_a_released_lease_can_be_taken_at_once(alice: User, run: Run) -> None:
    first = lease_take(alice, run.pk, owner="first")
    assert first is not None
    lease_release(alice, first)
    assert lease_take(alice, run.pk, owner="second") is not None
    run.refresh_from_db()
    assert run.resumed_in_vain == 0


def test_a_run_that_kills_its_workers_fails_with_the_reason(alice: User, run: Run) -> None:
    claims = []
    for attempt in range(7):
        claims.append(lease_take(alice, run.pk, owner=f"worker {attempt}"))
        expire(run)
    run.refresh_from_db()
    assert claims[-1] is None
    assert run.state == RunState.FAILED
    assert run.failure_code == "worker_lost"
    assert "died 6 times at step 1" in run.failure_message


def test_only_runs_that_nobody_advances_are_woken_and_once(alice: User, run: Run) -> None:
    assert woken() == []  # just queued: its worker is on the way
    lease_take(alice, run.pk, owner="first")
    assert woken() == []
    expire(run)
    assert woken() == [(alice.pk, run.pk)]
    assert woken() == []  # a worker is on its way again


def test_ended_runs_are_not_woken(alice: User, run: Run) -> None:
    expire(run)
    run_stop(alice, run.pk)
    assert woken() == []


def test_the_app_role_learns_ids_of_runs_to_wake_and_nothing_else(
    alice: User, run: Run, app_role: None
) -> None:
    assert Run.objects.count() == 0
    assert woken(grace_seconds=0) in ([], [(alice.pk, run.pk)])


def test_stopping_twice_changes_nothing(alice: User, run: Run) -> None:
    assert run_stop(alice, run.pk).state == RunState.STOPPED
    ended = Run.objects.get(pk=run.pk).ended_at
    run_stop(alice, run.pk)
    assert Run.objects.get(pk=run.pk).ended_at == ended
    assert list(run.events.values_list("kind", flat=True)) == ["queued", "stopped"]
