"""What a batch tells when it ends: one entry for all of its runs, and its failures are seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.db import connection

from agents.batches.models import Batch
from agents.batches.services import BatchRequest, batch_create, batch_stop
from agents.batches.tasks import batch_go_on, batches_wake
from agents.foreground import session_run
from agents.tasks import run_followed, run_slice
from agents.tests.world import DAY, bars_make, model_make, request_make
from core.rls import acting_as
from profiles.notifications.models import Notification
from profiles.notifications.services import channels_choose
from runs.models import Run, RunState
from runs.services import run_finish
from runs.services.pause import run_pause

DAYS = [DAY + timedelta(days=days) for days in (0, 1, 2)]  # Tuesday to Thursday
STEPS = 20


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.tasks.run_advance.delay", lambda *ids: None)
    monkeypatch.setattr(current_app, "send_task", lambda *arguments, **options: None)


@pytest.fixture
def source(alice: User) -> Run:
    for number, day in enumerate(DAYS):
        bars_make(day=day, seed=number, left_out=range(STEPS, 390))
    model = model_make(alice, max_concurrent_runs=2)
    run = session_run(alice, request_make(model, "hold"), lambda run: None)
    Notification.objects.all().delete()
    return Run.objects.get(pk=run.pk)


def made(user: User, source: Run, *days: date) -> Batch:
    with acting_as(user.pk):
        return batch_create(user, BatchRequest(source.pk, days=[(day, day) for day in days]))


def carried_on(batch: Batch, *, failing: int = 0) -> None:
    """Bring every run of a batch to its end, the first ones to a bad one."""
    for seq in range(1, batch.items.count() + 1):
        item = batch.items.get(seq=seq)
        assert item.run_id is not None, "there is room by then"
        if seq <= failing:
            with acting_as(batch.user_id):
                run = Run.objects.select_for_update().get(pk=item.run_id)
                run_finish(run, RunState.FAILED, failure_code="no_data", failure_message=f"Nothing {seq}.")
        while run_slice(batch.user_id, item.run_id, slice_seconds=1):
            pass
        run_followed(batch.user_id, item.run_id)
        batch_go_on(batch.user_id, batch.pk)  # what it sends for


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("id").values_list("kind", "subject"))


def test_a_batch_is_told_of_once_with_its_counts(alice: User, source: Run) -> None:
    batch = made(alice, source, *DAYS)
    carried_on(batch)
    assert told() == [("run_finished", f"Batch of 3 runs of {source.model} is complete")]
    entry = Notification.objects.get()
    assert entry.url == f"/batches/{batch.pk}/"
    # Who holds keeps what he has, and is ahead of a market that fell.
    fell = sum(run.statistics.values["benchmark_return"] < 0 for run in runs_of(batch))
    assert entry.body == f"3 completed.\nMean return +0.00 %, {fell} of 3 ahead of buy and hold."
    batch.refresh_from_db()
    assert batch.ended_at is not None


def runs_of(batch: Batch) -> list[Run]:
    return [item.run for item in batch.items.select_related("run__statistics") if item.run is not None]


def test_failures_are_seen_at_once_and_counted_at_the_end(alice: User, source: Run) -> None:
    batch = made(alice, source, *DAYS)
    carried_on(batch, failing=2)
    number = source.number
    assert told() == [
        ("run_failed", f"Run {number + 1} of {source.model} failed"),
        ("run_failed", f"Batch of 3 runs of {source.model} has ended: 2 of 3 failed"),
    ]
    body = Notification.objects.order_by("id").last()
    assert body is not None
    lines = body.body.splitlines()
    assert lines[0] == "2 failed, 1 completed."
    assert lines[2:] == [
        f"{DAYS[0]:%a %-d %b %Y}, run {number + 1}: Nothing 1.",
        f"{DAYS[1]:%a %-d %b %Y}, run {number + 2}: Nothing 2.",
    ]


def test_what_holds_many_up_is_told_once(alice: User, source: Run) -> None:
    batch = made(alice, source, *DAYS)
    with acting_as(alice.pk):
        for run in Run.objects.filter(batch_item__batch=batch):
            run.state = RunState.RUNNING
            run_pause(run, code="budget", message="The budget of the day is used up.")
    assert [kind for kind, _ in told()] == ["run_paused"]


def test_who_wants_no_word_of_good_ends_gets_none(alice: User, source: Run) -> None:
    with acting_as(alice.pk):
        channels_choose(alice, {"run_finished": []})
    carried_on(made(alice, source, *DAYS))
    assert not Notification.objects.filter(in_inbox=True).exists()


def test_a_single_run_again_speaks_for_itself(alice: User, source: Run) -> None:
    carried_on(made(alice, source))
    assert told() == [("run_finished", f"Run {source.number + 1} of {source.model} is complete")]


def test_who_stopped_a_batch_knows(alice: User, source: Run) -> None:
    batch = made(alice, source, *DAYS)
    with acting_as(alice.pk):
        batch_stop(alice, batch.pk)
    assert told() == []


def test_an_end_that_nobody_could_tell_is_told_by_beat(
    alice: User, source: Run, monkeypatch: pytest.MonkeyPatch, app_role: None
) -> None:
    monkeypatch.setattr(batch_go_on, "delay", batch_go_on)
    batch = made(alice, source, *DAYS[:2])
    with acting_as(alice.pk):
        ids = [run.pk for run in runs_of(batch)]
    for run_id in ids:
        while run_slice(alice.pk, run_id, slice_seconds=1):
            pass  # and its worker dies before it follows up
    assert batches_wake() == 1
    assert batches_wake() == 0
    with acting_as(alice.pk), connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM profiles_notification")
        assert cursor.fetchall() == [("run_finished",)]
