"""A live run that is to be run again: over stored bars, and told what lacks of them before anything starts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.again import session_again
from agents.batches.models import Batch
from agents.batches.services import BatchRequest, batch_create
from agents.live.tests.world import CLOSE, Tape, at, live_run, market_day, play
from agents.tests.tape import bars_store, trader
from agents.tests.world import DAY
from core import clock
from core.errors import Conflict
from core.rls import acting_as
from runs.models import Run, RunState

MINUTES = range(380, 390)


@pytest.fixture
def run(alice: User, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A live run over the last ten minutes of a day, ended; nothing of it is stored."""
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    tape = Tape()
    tape.row(380, *[100 + minute for minute in range(10)])
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, trader(alice), decider="hold"), hands)
    assert run.state == RunState.COMPLETED
    return run


def store(*minutes: int) -> None:
    bars_store("TEST", [at(minute) for minute in minutes], [100.0] * len(minutes), "minute")


def test_what_lacks_is_said_before_anything_starts(alice: User, run: Run) -> None:
    store(*MINUTES[:4])
    words = f"Run {run.number} was live, and 6 of the 10 bars that it saw are not stored: of TEST. Bring them"
    with clock.standing_at(CLOSE + timedelta(hours=2)), acting_as(alice.pk):
        with pytest.raises(Conflict, match=words):
            session_again(alice, run.pk, key="again")
        with pytest.raises(Conflict, match=words):
            batch_create(alice, BatchRequest(run.pk))
    assert (Run.objects.count(), Batch.objects.count()) == (1, 0)


def test_the_form_says_it_too(alice: User, alice_client: Client, run: Run) -> None:
    with clock.standing_at(CLOSE + timedelta(hours=2)):
        answer = alice_client.post(
            f"/models/{run.model_id}/r/{run.number}/vary/", {"key": "x", "days": [DAY.isoformat()]}
        )
    assert "10 of the 10 bars that it saw are not stored" in answer.content.decode()
    assert Run.objects.count() == 1


def test_with_all_bars_stored_it_runs_again_over_them(alice: User, run: Run) -> None:
    store(*MINUTES)
    with clock.standing_at(CLOSE + timedelta(hours=2)), acting_as(alice.pk):
        again = session_again(alice, run.pk, key="again")
        batch = batch_create(alice, BatchRequest(run.pk))
    assert (again.is_live, again.date_from) == (False, DAY)
    (item,) = batch.items.all()
    assert item.run is not None
    assert not item.run.is_live


def test_other_days_need_nothing_of_what_was_seen(alice: User, run: Run) -> None:
    day = DAY - timedelta(days=1)
    with clock.standing_at(CLOSE + timedelta(hours=2)), acting_as(alice.pk):
        assert batch_create(alice, BatchRequest(run.pk, days=[(day, day)])).items.get().run is not None
