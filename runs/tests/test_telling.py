"""What the owner of a run is told of, and what not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from profiles.notifications.models import Notification
from runs.models import Run, RunState
from runs.services import run_finish, run_pause, run_pause_asked, run_stop
from runs.tests.factories import run_make


@pytest.fixture
def run(alice: User) -> Run:
    made = run_make(alice, state=RunState.RUNNING)
    made.equity, made.cursor, made.fill_count = made.initial_cash * Decimal("0.99"), 1200, 7
    return made


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("kind", "subject"))


def again(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    run.state = RunState.RUNNING


def test_the_end_of_a_run_is_told_with_its_result_and_page(run: Run) -> None:
    run_finish(run, RunState.COMPLETED)
    [notification] = Notification.objects.all()
    assert notification.subject == "Run 1 of Momentum on SPY is complete"
    assert notification.body == "Equity $9,900.00, −1.00 % after 1,200 steps and 7 fills."
    assert notification.url == f"/models/{run.model_id}/r/1/"
    assert (notification.user_id, notification.kind) == (run.user_id, "run_finished")


def test_a_run_without_a_step_has_no_result_to_tell(run: Run) -> None:
    run.equity = None
    run_finish(run, RunState.COMPLETED)
    assert Notification.objects.get().body == ""


def test_a_failure_is_told_without_the_words_of_a_bug(run: Run) -> None:
    run_finish(run, RunState.FAILED, failure_code="internal_error", failure_message="KeyError: 'sk-secret'")
    [notification] = Notification.objects.all()
    assert notification.subject == "Run 1 of Momentum on SPY failed"
    assert "sk-secret" not in notification.body


def test_a_failure_that_was_foreseen_is_told_in_its_own_words(run: Run) -> None:
    run_finish(run, RunState.FAILED, failure_code="no_bars", failure_message="There are no bars of TEST.")
    assert Notification.objects.get().body == "There are no bars of TEST."


def test_who_stops_or_pauses_a_run_is_told_nothing(run: Run, alice: User) -> None:
    run_pause_asked(run)
    run_stop(alice, run.pk)
    assert told() == []


def test_a_pause_that_ends_soon_by_itself_is_no_news(run: Run) -> None:
    run_pause(run, code="rate_limited", message="Slow down.", retry_at=timezone.now() + timedelta(minutes=1))
    assert told() == []


def test_a_used_up_budget_is_told_once_a_step(run: Run) -> None:
    for _ in range(3):
        run_pause(run, code="budget_run_cost", message="The run's budget of $1 is used up.")
        again(run)
    assert told() == [("run_paused", "Run 1 of Momentum on SPY is paused")]
    run.cursor += 1
    run_pause(run, code="budget_run_cost", message="The run's budget of $2 is used up.")
    assert len(told()) == 2


def test_a_long_wait_is_told_with_its_end(run: Run) -> None:
    until = timezone.now() + timedelta(hours=3)
    run_pause(run, code="budget_day_cost", message="Today's budget is used up.", retry_at=until)
    assert Notification.objects.get().body.endswith(f"It goes on by itself from {until:%H:%M} UTC on.")


def test_what_did_not_happen_is_not_told(run: Run) -> None:
    with transaction.atomic():
        run_finish(run, RunState.COMPLETED)
        transaction.set_rollback(True)
    assert told() == []
