"""The operator's page: what it measures is so, it costs the same for many, and only staff see it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from core.errors import FORBIDDEN_MESSAGE
from core.models import StaffAccess
from market.feed_models import FeedStatus
from profiles.models import TradingModel
from profiles.tests.factories import trading_model_make
from runs.models import RunState
from runs.tests.factories import run_make
from tradelab.operator.standing import paused_runs, states_count, stuck_runs
from tradelab.operator.tests.factories import NOW, ago, asked, undelivered
from tradelab.operator.work import lease_holders, queue_names, queues_measure, worker_of

PAGE = "/operator/"
AGES = {"long": timedelta(minutes=10), "just": timedelta(seconds=1)}


@pytest.mark.parametrize("path", ["", "workers/", "audit/"])
def test_only_staff_see_it(client: Client, charlie_client: Client, path: str) -> None:
    foreign = charlie_client.get(PAGE + path)
    assert foreign.status_code == 403
    assert escape(FORBIDDEN_MESSAGE) in foreign.text
    assert client.get(PAGE + path).status_code == 302
    assert "/operator/" not in charlie_client.get("/models/").text


def test_only_staff_have_logs_verified(charlie_client: Client) -> None:
    assert charlie_client.post(f"{PAGE}sample/", {"size": 1}).status_code == 403


def test_an_empty_installation_has_nothing_to_tell(staff_client: Client) -> None:
    page = staff_client.get(PAGE).text
    for words in ("Every run that should move is moving.", "No run waits.", "Nobody holds a run just now.",
                  "No feed has been asked yet.", "No language model was asked.", "Nothing failed.",
                  "All that was sent has arrived.", "Nobody has had logs verified here."):  # fmt: skip
        assert words in page


def test_staff_see_all_users_and_it_is_written_down_once(
    alice: User, charlie: User, staff_client: Client
) -> None:
    for user in (alice, charlie):
        run_make(
            user,
            trading_model_make(user),
            state=RunState.PAUSED,
            pause_message=f"{user}'s budget.",
            paused_at=NOW,
        )
    for _ in range(3):
        page = staff_client.get(PAGE).text
    assert escape("alice's budget.") in page
    assert escape("charlie's budget.") in page
    assert [(seen.staff.username, seen.path) for seen in StaffAccess.objects.all()] == [("olga", PAGE)]


def test_outside_of_the_page_staff_see_their_own(
    alice: User, model: TradingModel, staff_client: Client
) -> None:
    staff_client.get(PAGE)
    assert model.name not in staff_client.get("/models/").text


def test_the_page_costs_the_same_for_many(
    alice: User,
    model: TradingModel,
    staff_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def more(number: int) -> None:
        for place in range(number):
            run_make(alice, model, state=RunState.PAUSED, pause_message="Budget.", paused_at=NOW)
            run_make(alice, model, woken_at=ago(minutes=9))
            run_make(
                alice, model, state=RunState.FAILED, ended_at=timezone.now(), failure_code="internal_error"
            )
            asked(alice, request_model=f"m{place}", failure_code="timeout")
            undelivered(alice, "failed", f"k{uuid4()}")

    more(2)
    staff_client.get(PAGE)
    with django_assert_num_queries(23):
        staff_client.get(PAGE)
    more(6)
    with django_assert_num_queries(23):
        staff_client.get(PAGE)


def test_runs_are_counted_by_state(alice: User, model: TradingModel) -> None:
    for state in (RunState.QUEUED, RunState.RUNNING, RunState.RUNNING, RunState.PAUSED, RunState.COMPLETED):
        run_make(alice, model, state=state)
    run_make(alice, model, state=RunState.RUNNING, deleted_at=NOW)
    assert states_count() == {"queued": 1, "running": 2, "paused": 1}


def test_who_holds_leases_is_told_with_its_last_sign_of_life(
    alice: User, model: TradingModel, settings: Settings
) -> None:
    settings.RUN_LEASE_SECONDS = 30
    for owner, left in (("one:1", 20), ("one:1", 25), ("two:2", -5)):
        run_make(
            alice,
            model,
            state=RunState.RUNNING,
            lease_owner=owner,
            lease_expires_at=NOW + timedelta(seconds=left),
        )
    one, two = lease_holders(NOW)
    assert (one.name, one.runs, one.is_silent) == ("one:1", 2, False)
    assert one.renewed_last == NOW - timedelta(seconds=5)
    assert (two.name, two.is_silent) == ("two:2", True)


def test_a_run_that_nobody_advances_is_stuck(alice: User, model: TradingModel, settings: Settings) -> None:
    settings.RUN_LEASE_SECONDS = 30
    long, just = NOW - AGES["long"], NOW - AGES["just"]
    waiting = run_make(alice, model, woken_at=long)
    silent = run_make(
        alice, model, state=RunState.RUNNING, lease_owner="gone:1", lease_expires_at=long, woken_at=just
    )
    dying = run_make(
        alice,
        model,
        state=RunState.RUNNING,
        lease_expires_at=long,
        resumed_in_vain=3,
        cursor=7,
        woken_at=just,
    )
    run_make(alice, model, woken_at=just)
    run_make(alice, model, state=RunState.RUNNING, lease_expires_at=NOW + AGES["just"], woken_at=long)
    run_make(
        alice, model, state=RunState.RUNNING, lease_expires_at=just, woken_at=just
    )  # about to be taken over
    run_make(alice, model, state=RunState.PAUSED, woken_at=long)
    found = stuck_runs(NOW)
    assert {row.run.pk: row.why for row in found.rows} == {
        waiting.pk: "No worker has come for it.",
        silent.pk: "gone:1 holds it and gives no sign of life.",
        dying.pk: "Its worker died 3 times at step 8.",
    }
    assert found.total == 3


def test_a_live_run_that_waits_for_its_next_bar_is_not_stuck(alice: User, model: TradingModel) -> None:
    long = NOW - AGES["long"]
    run_make(alice, model, state=RunState.RUNNING, woken_at=long, wake_at=NOW + timedelta(hours=1))
    assert stuck_runs(NOW).total == 0


def test_of_many_paused_runs_the_latest_are_shown_and_all_counted(alice: User, model: TradingModel) -> None:
    for minute in range(20):
        run_make(alice, model, state=RunState.PAUSED, paused_at=NOW - timedelta(minutes=minute))
    found = paused_runs()
    assert (len(found.rows), found.total) == (15, 20)
    assert found.rows[0].since == NOW


def test_feeds_are_told_as_they_answered(staff_client: Client) -> None:
    FeedStatus.objects.create(feed="alpaca", last_error_at=NOW, last_error="429 too many", lag_seconds=61)
    page = staff_client.get(PAGE).text
    assert "Alpaca" in page
    assert "429 too many" in page


def test_queues_are_as_deep_as_what_was_put_in(settings: Settings) -> None:
    name = f"depth-{uuid4()}"
    settings.CELERY_TASK_ROUTES = {"a": {"queue": name}}
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.lpush(name, "one", "two", "three")
        try:
            found = queues_measure()
        finally:
            client.delete(name)
    assert {queue.name: queue.waiting for queue in found.rows}[name] == 3
    assert found.waiting is not None
    assert found.waiting >= 3


def test_every_queue_of_the_house_is_looked_at() -> None:
    assert {"runs", "llm", "chat", "beat"} <= set(queue_names())


def test_without_redis_nobody_claims_that_queues_are_empty(settings: Settings, staff_client: Client) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = queues_measure()
    assert (found.waiting, found.on_their_way) == (None, None)
    assert escape("Redis doesn't answer") in staff_client.get(PAGE).text


def test_a_workers_answer_is_read() -> None:
    found = worker_of(
        "runs-12@lab-2",
        {
            "pid": 77,
            "uptime": 3600,
            "pool": {"implementation": "celery.concurrency.prefork:TaskPool", "max-concurrency": 4},
            "total": {"agents.tasks.run_advance": 10, "agents.tasks.runs_wake": 2},
            "rusage": {"maxrss": 204_800},
        },
    )
    assert (found.name, found.host, found.pid, found.places, found.pool) == (
        "runs-12",
        "lab-2",
        77,
        4,
        "prefork",
    )
    assert (found.uptime_seconds, found.tasks_done, found.memory_mb) == (3600, 12, 200)


def test_the_page_is_a_part_when_it_asks_again(staff_client: Client) -> None:
    answer = staff_client.get(PAGE, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div class="stack" id="overview"')
