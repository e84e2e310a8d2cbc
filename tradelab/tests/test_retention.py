"""What has been kept long enough goes, with everything that hangs on it; everything else stays."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from axes.models import AccessLog
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django.fixtures import Settings

from agents.foreground import session_run
from agents.llm.fake.server import serving
from agents.tests.world import bars_make, model_make, request_make
from conftest import as_app_role
from core.rls import acting_as
from profiles.llm.services import endpoint_create
from profiles.notifications.models import Notification
from reasoning.calls.orphans import LOCK, orphaned_parts, orphans_erase
from reasoning.calls.request import packed, part_hashes
from reasoning.calls.selectors import is_request_intact
from reasoning.export import log_verify
from reasoning.models import Entry, LLMCall, PromptPart
from runs.models import Run
from runs.services import run_delete
from tradelab import commands
from tradelab.retention import policies, tasks

STEPS = 12


def prune(*arguments: str) -> str:
    said = StringIO()
    call_command("prune", *arguments, stdout=said)
    return said.getvalue()


def run_ended(user: User, server_url: str) -> Run:
    """A run that asked a language model, so that it has rows in every table of its kind."""
    with acting_as(user.pk):
        endpoint_create(user, name="Scripted", base_url=server_url, ai_models=["scripted"])
    return session_run(user, request_make(model_make(user), "llm"), lambda run: None)


def delete(run: Run, *, days_ago: int) -> None:
    with acting_as(run.user_id):
        run_delete(run.user, run.pk)
    Run.objects.filter(pk=run.pk).update(deleted_at=timezone.now() - timedelta(days=days_ago))


def rows_of(run: Run) -> dict[str, int]:
    """How many rows name a run, in every table that can."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            columns = {field.column for field in model._meta.concrete_fields if field.related_model is Run}
            for column in columns:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{column}" = %s', [run.pk]
                )
                found[f"{model._meta.label}.{column}"] = cursor.fetchone()[0]
    return {name: count for name, count in found.items() if count}


def test_a_run_deleted_long_ago_goes_with_all_its_rows_and_no_other(alice: User, charlie: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    with serving() as server:
        old, recent = (run_ended(user, server.base_url) for user in (alice, charlie))
    delete(old, days_ago=31)
    delete(recent, days_ago=29)
    before = rows_of(recent)
    assert {"reasoning.Entry.run_id", "reasoning.LLMCall.run_id", "runs.RunEvent.run_id"} <= before.keys()
    assert "runs: 1 of 1 erased" in prune()
    assert not Run.objects.filter(pk=old.pk).exists()
    assert rows_of(old) == {}
    assert rows_of(recent) == before
    recent.refresh_from_db()
    assert log_verify(recent).is_whole


def test_texts_of_prompts_go_with_the_last_run_that_needs_them(alice: User, charlie: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    with serving() as server:
        old, strangers = (run_ended(user, server.base_url) for user in (alice, charlie))
        shares = session_run(alice, request_make(old.model, "llm"), lambda run: None)
    needed = {
        part for call in LLMCall.objects.filter(run=shares) for part in part_hashes(call.request_skeleton)
    }
    assert len(needed) > 1
    only_old = PromptPart.objects.create(user=alice, hash="0" * 64, text=packed("An older prompt."))
    delete(old, days_ago=31)
    assert "prompts: 1 of 1 erased" in prune()
    assert not PromptPart.objects.filter(pk=only_old.pk).exists()
    assert set(PromptPart.objects.filter(user=alice).values_list("hash", flat=True)) == needed
    assert all(is_request_intact(call) for call in LLMCall.objects.filter(run=shares))
    delete(shares, days_ago=31)
    assert f"prompts: {len(needed)} of {len(needed)} erased" in prune("--only", "runs") + prune(
        "--only", "prompts"
    )
    assert not PromptPart.objects.filter(user=alice).exists()
    assert all(is_request_intact(call) for call in LLMCall.objects.filter(run=strangers))


def test_a_text_that_a_worker_is_about_to_name_is_not_erased(alice: User) -> None:
    PromptPart.objects.create(user=alice, hash="0" * 64, text=packed("Found by a worker, not yet named."))
    with psycopg.connect(**connection.get_connection_params(), autocommit=False) as worker:
        worker.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, alice.pk])
        connection.cursor().execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            orphans_erase(orphaned_parts(alice.pk))
        worker.rollback()
    assert orphans_erase(orphaned_parts(alice.pk)) == 1


def test_a_run_that_nobody_deleted_stays_however_old_it_is(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    run = session_run(alice, request_make(model_make(alice)), lambda run: None)
    Run.objects.update(created_at=timezone.now() - timedelta(days=4000))
    assert "runs: 0 of 0 erased" in prune()
    assert Run.objects.filter(pk=run.pk).exists()


def test_a_number_of_an_erased_run_is_not_given_again(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    model = model_make(alice)
    delete(session_run(alice, request_make(model), lambda run: None), days_ago=31)
    prune()
    assert session_run(alice, request_make(model), lambda run: None).number == 2


def test_the_role_that_serves_users_can_erase_no_log(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    run = session_run(alice, request_make(model_make(alice)), lambda run: None)
    delete(run, days_ago=31)
    with pytest.raises(ProgrammingError, match="permission denied"), as_app_role(), acting_as(alice.pk):
        Run.objects.filter(pk=run.pk).delete()
    with transaction.atomic():
        assert Entry.objects.filter(run=run).count() == STEPS
    assert "prune" in commands.BY_THE_OWNER


def test_saying_what_is_due_erases_nothing(alice: User) -> None:
    bars_make(left_out=range(STEPS, 390))
    delete(session_run(alice, request_make(model_make(alice)), lambda run: None), days_ago=31)
    assert "runs: 1 due (runs that were deleted, with all that they left, kept 30 days)" in prune("--dry-run")
    assert Run.objects.count() == 1


def test_no_days_keep_for_ever(alice: User, settings: Settings) -> None:
    settings.KEEP_DELETED_RUNS_DAYS = 0
    bars_make(left_out=range(STEPS, 390))
    delete(session_run(alice, request_make(model_make(alice)), lambda run: None), days_ago=4000)
    assert "runs: kept for ever" in prune("--only", "runs")
    assert Run.objects.count() == 1


def test_notifications_logins_and_sessions_go_when_their_time_has_come(alice: User) -> None:
    now = timezone.now()
    for days in (179, 181):
        Notification.objects.create(
            user=alice,
            kind="run_finished",
            subject="Done",
            key=str(days),
            created_at=now - timedelta(days=days),
        )
    for days in (89, 91):
        log = AccessLog.objects.create(username="alice", path_info="/login/", http_accept="")
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=now - timedelta(days=days))
    for days in (-1, 2):
        Session.objects.create(session_key=f"key{days}", expire_date=now - timedelta(days=days))
    said = prune()
    assert [f"{name}: 1 of 1 erased" in said for name in ("notifications", "logins", "sessions")] == [
        True
    ] * 3
    assert [row.key for row in Notification.objects.all()] == ["179"]
    assert AccessLog.objects.count() == 1
    assert [row.session_key for row in Session.objects.all()] == ["key-1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_it_says_how_far_it_is_and_stops_behind_the_piece_in_hand(
    alice: User, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    told_long_ago(alice, 5)
    monkeypatch.setattr("tradelab.management.commands.prune.TOLD_SECONDS", -1.0)
    monkeypatch.setattr(policies, "ROWS_AT_ONCE", 1)
    erased: list[int] = []
    erase = policies.rows_delete

    def erase_and_be_told(due: QuerySet[Any]) -> int:
        erased.append(erase(due))
        if len(erased) == 3:
            os.kill(os.getpid(), number)
        return erased[-1]

    monkeypatch.setattr(policies, "rows_delete", erase_and_be_told)
    said = prune("--only", "notifications")
    assert said.splitlines() == [
        "notifications: 1 of 5 …",
        "notifications: 2 of 5 …",
        "notifications: 3 of 5 erased (notifications, read or not, kept 180 days)",
        "Stopped. What is left goes next time.",
    ]
    assert Notification.objects.count() == 2
    monkeypatch.setattr(policies, "rows_delete", erase)
    assert "notifications: 2 of 2 erased" in prune()
    assert signal.getsignal(number) is before


def test_it_ends_by_itself_when_its_minutes_are_over(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    told_long_ago(alice, 3)
    monkeypatch.setattr(policies, "ROWS_AT_ONCE", 1)
    assert "notifications: 1 of 3 erased" in prune("--only", "notifications", "--minutes", "1e-9")
    assert Notification.objects.count() == 2


def told_long_ago(user: User, count: int) -> None:
    created_at = timezone.now() - timedelta(days=181)
    for number in range(count):
        Notification.objects.create(
            user=user, kind="run_finished", subject="Done", key=str(number), created_at=created_at
        )


def test_a_worker_without_the_owners_address_prunes_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATABASE_URL = settings.MIGRATE_DATABASE_URL = "postgresql://tl_app@/tradelab"
    with caplog.at_level("INFO"):
        tasks.retention_prune()
    assert "nothing is pruned here: MIGRATE_DATABASE_URL names no other role than tl_app" in caplog.text
