"""What people see of a live run, and that its rows are its user's alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from core import clock
from core.rls import acting_as
from runs.live.models import LiveBar, LiveSession, LiveStep
from runs.live.shown import live_shown
from runs.models import Run, RunState
from runs.tests.factories import OPEN, run_make

LATER = OPEN + timedelta(minutes=5, seconds=3)


def live_make(user: User, **fields: Any) -> Run:
    """A live run after five minutes: four bars of five came, one late, one twice."""
    run = run_make(user, feed="folder", state=RunState.RUNNING, simulated_at=OPEN + timedelta(minutes=5))
    run.bars_present, run.bars_expected, run.cursor, run.steps_total = 4, 390, 5, 390
    run.save()
    values = {
        "joined_at": OPEN - timedelta(minutes=1),
        "newest_start": OPEN + timedelta(minutes=4),
        "newest_at": LATER,
        "late": 1,
        "corrected": 1,
    }
    LiveSession.objects.create(user=user, run=run, **values | fields)
    for minute in (0, 1, 2, 4):
        bar_make(run, OPEN + timedelta(minutes=minute))
    return run


def bar_make(run: Run, start: datetime) -> LiveBar:
    figures = {"open": 1.0, "high": 1.0, "low": 1.0, "close": 1.0, "volume": 1}
    return LiveBar.objects.create(
        user_id=run.user_id, run=run, symbol="TEST", start=start, arrived_at=start, fate="taken", **figures
    )


def page_of(client: Client, run: Run) -> str:
    with clock.standing_at(LATER):
        answer = client.get(reverse("runs:run-detail", args=[run.model_id, run.number]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_head_says_live_feed_lag_and_what_did_not_come_as_it_should(
    alice_client: Client, alice: User
) -> None:
    text = page_of(alice_client, live_make(alice))
    assert '<span class="tag">live</span>' in text
    assert "<strong>live</strong> from Folder of files" in text
    assert "lag 3.0 s" in text
    assert "1 late, 1 missing, 1 corrected" in text
    assert "feed out" not in text
    assert "coverage" not in text.split('class="fact-line"')[1].split("</ul>")[0]


def test_an_outage_stands_above_the_figures(alice_client: Client, alice: User) -> None:
    run = live_make(alice, problem="The vendor is out of order.", down_since=OPEN + timedelta(minutes=5))
    text = page_of(alice_client, run)
    assert (
        "The vendor is out of order. Nothing is opened until the feed is back; closing orders pass." in text
    )


def test_before_the_open_it_says_when_that_is(alice: User) -> None:
    run = live_make(alice)
    with clock.standing_at(OPEN - timedelta(hours=1)):
        shown = live_shown(run)
        assert shown is not None
        assert shown.opens_at == OPEN
    assert live_shown(run_make(alice)) is None


def test_the_api_tells_the_same(api_client: APIClient, alice: User) -> None:
    run = live_make(alice)
    api_client.force_login(alice)
    found = api_client.get(reverse("api-run", args=[run.pk])).json()
    assert found["feed"] == "folder"
    assert found["live"] == {
        "lag_seconds": 3.0,
        "late": 1,
        "missing": 1,
        "corrected": 1,
        "refused": 0,
        "down_since": None,
        "problem": "",
    }
    ordinary = api_client.get(reverse("api-run", args=[run_make(alice).pk])).json()
    assert (ordinary["feed"], ordinary["live"]) == ("", None)


def test_what_was_seen_is_the_users_alone_and_never_changed(
    app_role: None, alice: User, charlie: User
) -> None:
    with acting_as(alice.pk):
        run = live_make(alice)
        at = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
        LiveStep.objects.create(user=alice, run=run, number=1, start=at, made_at=at)
    with acting_as(charlie.pk):
        assert not any(kind.objects.exists() for kind in (LiveSession, LiveBar, LiveStep))
    for kind in (LiveBar, LiveStep):
        with acting_as(alice.pk), pytest.raises(ProgrammingError), transaction.atomic():
            kind.objects.filter(run=run).update(start=at + timedelta(minutes=1))


def test_a_run_is_sent_for_once_as_the_markets_clock_reaches_its_wish(alice: User) -> None:
    run = live_make(alice)
    Run.objects.filter(pk=run.pk).update(wake_at=LATER, woken_at=LATER + timedelta(days=3650))

    def woken(now: datetime) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT run_id FROM runs_to_wake(%s, %s)", [30, now])
            return [row[0] for row in cursor.fetchall()]

    assert woken(LATER - timedelta(seconds=1)) == []
    assert woken(LATER) == [run.pk]
    assert woken(LATER) == [], "whoever was sent for is on the way"
