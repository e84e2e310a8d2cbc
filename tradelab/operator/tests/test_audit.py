"""Samples of logs: every drawn run is followed once, a log that was tampered with is found, staff start it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from agents.tests.tape import minutes, trade, trader, wish
from conftest import as_in_production
from core.errors import Conflict, UserError
from reasoning.tests.test_export import change_row
from runs.models import Run
from tradelab.operator import audit, tasks
from tradelab.operator.audit import sample_go_on
from tradelab.operator.drawing import MOST_RUNS, sample_begin
from tradelab.operator.models import AuditSample
from tradelab.operator.tasks import sample_verify

PAGE = "/operator/"


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_user("olga", is_staff=True)


@pytest.fixture
def runs(alice: User, charlie: User) -> list[Run]:
    """A run of each of two users, with real logs."""
    minutes(100, 101, 102, 101)
    return [trade(user, trader(user), {1: [wish("buy", 5)]}) for user in (alice, charlie)]


def test_logs_of_all_users_are_followed(runs: list[Run], olga: User) -> None:
    sample = sample_begin(olga, size=10)
    assert sorted(sample.runs) == sorted([run.user_id, run.pk] for run in runs)
    sample_verify(sample.pk)
    sample.refresh_from_db()
    assert (sample.done, sample.broken, sample.is_over) == (2, [], True)
    assert sample.records == sum(run.log_count for run in runs) > 0


def test_a_sample_is_no_larger_than_asked_for(runs: list[Run], olga: User) -> None:
    assert sample_begin(olga, size=1).total == 1


def test_a_log_that_was_tampered_with_is_found_and_named(runs: list[Run], olga: User) -> None:
    change_row("UPDATE reasoning_entry SET step = step + 1 WHERE run_id = %s AND seq = 2", runs[0].pk)
    sample = sample_begin(olga, size=10)
    sample_verify(sample.pk)
    sample.refresh_from_db()
    [broken] = sample.broken
    assert broken["run"] == runs[0].pk
    assert "ecord 2" in broken["problem"]


def test_each_run_is_counted_once_whoever_comes_twice(
    runs: list[Run], olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = sample_begin(olga, size=10)
    real = audit.run_verify

    def overtaken(user_id: int, run_id: int) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr(audit, "run_verify", real)
            assert sample_go_on(sample.pk)
        return real(user_id, run_id)

    with monkeypatch.context() as patch:
        patch.setattr(audit, "run_verify", overtaken)
        assert not sample_go_on(sample.pk)
    sample.refresh_from_db()
    assert sample.done == 1
    sample_verify(sample.pk)
    sample_verify(sample.pk)
    sample.refresh_from_db()
    assert (sample.done, sample.records) == (2, sum(run.log_count for run in runs))


def test_a_run_that_was_removed_meanwhile_is_passed_over(runs: list[Run], olga: User) -> None:
    sample = sample_begin(olga, size=10)
    AuditSample.objects.update(runs=[*sample.runs, [olga.pk, 987_654_321]])
    sample_verify(sample.pk)
    sample.refresh_from_db()
    assert (sample.done, sample.broken, sample.is_over) == (3, [], True)


def test_one_sample_at_a_time(runs: list[Run], olga: User) -> None:
    sample_begin(olga, size=1)
    with pytest.raises(Conflict, match="already"):
        sample_begin(olga, size=1)
    AuditSample.objects.update(moved_at="2026-01-01T00:00Z")
    sample_begin(olga, size=1)


@pytest.mark.parametrize("size", [0, -1, MOST_RUNS + 1])
def test_a_size_that_makes_no_sense_is_refused(olga: User, size: int) -> None:
    with pytest.raises(UserError, match="1 to 500"):
        sample_begin(olga, size=size)


def test_without_any_log_there_is_nothing_to_verify(olga: User) -> None:
    with pytest.raises(Conflict, match="no run with a log"):
        sample_begin(olga, size=5)


def test_staff_start_it_from_the_page_and_see_how_far_it_is(
    runs: list[Run],
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.sample_verify, "delay", sent.append)
    browser = as_in_production(Client())
    browser.force_login(olga)
    assert browser.post(f"{PAGE}sample/", {"size": "0"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(f"{PAGE}sample/", {"size": "10"})
    assert answer.status_code == 302
    sample = AuditSample.objects.get()
    assert (sample.asked_by, sample.total, sent) == (olga, 2, [sample.pk])
    assert sample_go_on(sample.pk)
    assert 'value="1" max="2"' in browser.get(f"{PAGE}audit/").text
    sample_verify(sample.pk)
    page = browser.get(f"{PAGE}audit/").text
    assert "all whole" in page
    assert "every 2s" not in page
