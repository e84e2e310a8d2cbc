"""Batches: runs from one snapshot, started as their Model has room, once each, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from agents.batches import after
from agents.batches.models import Batch, BatchItem
from agents.batches.selectors import access_batch, batch_now
from agents.batches.services import MOST_RUNS, BatchRequest, batch_create, batch_stop
from agents.batches.tasks import batch_go_on, batches_wake
from agents.foreground import session_run
from agents.tasks import run_advance, run_slice
from agents.tests.world import DAY, bars_make, model_make, request_make
from core.errors import Conflict, Forbidden, UserError
from core.rls import acting_as
from runs.models import Run, RunState

OTHER_DAYS = [DAY + timedelta(days=days) for days in (1, 2)]  # Wednesday and Thursday


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """No worker comes; who was sent for is written down."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("agents.tasks.run_advance.delay", lambda *ids: sent.append(ids))
    monkeypatch.setattr(current_app, "send_task", lambda *arguments, **options: sent.append(arguments))
    return sent


@pytest.fixture
def source(alice: User) -> Run:
    for number, day in enumerate([DAY, *OTHER_DAYS]):
        bars_make(day=day, seed=number, left_out=range(40, 390))
    model = model_make(alice, max_concurrent_runs=2)
    request = request_make(model, decider_params={"fast": 3, "slow": 9})
    run = session_run(alice, request, lambda run: None)
    return Run.objects.get(pk=run.pk)


def made(user: User, source: Run, **fields: Any) -> Batch:
    with acting_as(user.pk):
        return batch_create(user, BatchRequest(source.pk, **fields))


def ended(user: User, run_id: int | None) -> Run:
    """Carry a run to its end."""
    assert run_id is not None
    while run_slice(user.pk, run_id, slice_seconds=1):
        pass
    return Run.objects.get(pk=run_id)


def days(*wanted: date) -> list[tuple[date, date]]:
    return [(day, day) for day in wanted]


def test_a_run_again_comes_to_the_same_from_the_same_snapshot(alice: User, source: Run) -> None:
    (item,) = made(alice, source).items.all()
    run = ended(alice, item.run_id)
    assert (run.snapshot, run.replay_of, run.equity) == (source.snapshot, source, source.equity)
    assert (run.number, run.decider_params) == (2, source.decider_params)


def test_one_change_is_the_only_difference(alice: User, source: Run) -> None:
    batch = made(alice, source, field="decider.fast", value="4")
    assert batch.change == "Decider: fast 4 instead of 3"
    run = ended(alice, batch.items.get().run_id)
    assert run.decider_params == source.decider_params | {"fast": 4}
    assert run.snapshot["decider"]["params"] == run.decider_params
    assert run.snapshot | {"decider": None} == source.snapshot | {"decider": None}


def test_other_money_is_what_the_run_starts_with(alice: User, source: Run) -> None:
    run = made(alice, source, field="model.initial_cash", value="50000").items.get().run
    assert run is not None
    assert run.initial_cash == 50_000


def test_the_models_later_changes_do_not_reach_it(alice: User, source: Run) -> None:
    source.model.initial_cash = 777
    source.model.custom_rules = "Other rules by now."
    source.model.save()
    run = made(alice, source).items.get().run
    assert run is not None
    assert (run.initial_cash, run.snapshot["model"]["custom_rules"]) == (10_000, "")


def test_runs_start_as_there_is_room(alice: User, source: Run) -> None:
    batch = made(alice, source, days=days(DAY, *OTHER_DAYS))
    items = list(batch.items.all())
    assert [item.run_id is not None for item in items] == [True, True, False]

    batch_go_on(alice.pk, batch.pk)  # no room yet
    assert BatchItem.objects.get(pk=items[2].pk).run_id is None
    ended(alice, items[0].run_id)
    batch_go_on(alice.pk, batch.pk)
    batch_go_on(alice.pk, batch.pk)
    started = [item.run for item in batch.items.all()]
    assert [run.date_from for run in started if run] == [DAY, *OTHER_DAYS]
    assert Run.objects.count() == 4  # the source and three


def test_the_end_of_a_run_sends_for_the_next(
    alice: User,
    source: Run,
    calls: list[tuple[Any, ...]],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    batch = made(alice, source, days=days(DAY, *OTHER_DAYS))
    first = batch.items.all()[0]
    calls.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert first.run_id is not None
        run_advance(alice.pk, first.run_id)
    assert [call for call in calls if call[0] == after.GO_ON] == [(after.GO_ON, (alice.pk, batch.pk))]
    assert batch_go_on.name == after.GO_ON


def test_beat_finds_what_nobody_went_on_with(
    alice: User, source: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[int, int]] = []
    monkeypatch.setattr("agents.batches.tasks.batch_go_on.delay", lambda *ids: woken.append(ids))
    batch = made(alice, source, days=days(DAY, *OTHER_DAYS))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE tl_app")
    assert (batches_wake(), woken) == (1, [(alice.pk, batch.pk)])
    with acting_as(alice.pk):
        batch_stop(alice, batch.pk)
    assert batches_wake() == 0


def test_a_day_without_a_session_is_refused_and_the_rest_goes_on(alice: User, source: Run) -> None:
    sunday = DAY - timedelta(days=2)
    batch = made(alice, source, days=days(sunday, OTHER_DAYS[0]))
    first, second = batch.items.all()
    assert "has no session" in first.problem
    assert second.run_id is not None
    now = batch_now(alice, batch)
    assert [row.state for row in now.rows] == ["refused", "queued"]
    assert (now.done, now.total, now.is_moving) == (1, 2, True)


def test_the_same_key_makes_one_batch(alice: User, source: Run) -> None:
    assert made(alice, source, key="k") == made(alice, source, key="k")
    assert Batch.objects.count() == 1


def test_days_count_once_and_not_too_many(alice: User, source: Run) -> None:
    assert made(alice, source, days=days(DAY, DAY)).items.count() == 1
    with pytest.raises(UserError, match="at most 60 runs"):
        made(alice, source, days=days(*(DAY - timedelta(days=n) for n in range(MOST_RUNS + 1))))


def test_nonsense_makes_no_batch(alice: User, source: Run) -> None:
    with pytest.raises(UserError, match="no setting"):
        made(alice, source, field="model.owner", value="me")
    assert not Batch.objects.exists()


def test_an_archived_model_starts_nothing(alice: User, source: Run) -> None:
    source.model.archived_at = timezone.now()
    source.model.save()
    with pytest.raises(Conflict, match="starts no runs"):
        made(alice, source)


def test_a_stopped_batch_starts_nothing_more_and_stops_what_runs(alice: User, source: Run) -> None:
    batch = made(alice, source, days=days(DAY, *OTHER_DAYS))
    with acting_as(alice.pk):
        batch_stop(alice, batch.pk)
        batch_stop(alice, batch.pk)
    batch_go_on(alice.pk, batch.pk)
    states = [item.run.state if item.run else None for item in batch.items.all()]
    assert states == [RunState.STOPPED, RunState.STOPPED, None]
    assert not batch_now(alice, access_batch(alice, batch.pk)).is_moving


def test_figures_are_of_what_completed(alice: User, source: Run) -> None:
    batch = made(alice, source, days=days(DAY, OTHER_DAYS[0]))
    for item in batch.items.all():
        ended(alice, item.run_id)
    now = batch_now(alice, batch)
    returns = [
        float(run.equity / run.initial_cash) - 1
        for run in Run.objects.filter(batch_item__batch=batch)
        if run.equity
    ]
    assert now.mean_return == pytest.approx(sum(returns) / 2)
    assert (now.done, now.is_moving, len(now.comparable)) == (2, False, 3)
    assert now.compare_query.startswith(f"{source.pk},")


def test_a_strangers_batch_is_absent(charlie: User, alice: User, source: Run) -> None:
    batch = made(alice, source)
    with acting_as(charlie.pk):
        with pytest.raises(Forbidden):
            batch_create(charlie, BatchRequest(source.pk))
        with pytest.raises(Forbidden):
            access_batch(charlie, batch.pk)
        with pytest.raises(Forbidden):
            batch_stop(charlie, batch.pk)
    batch_go_on(charlie.pk, batch.pk)  # a task for somebody else's batch does nothing
