"""A live run that is run again: over the bars that it saw, whatever is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.again import session_again
from agents.batches.services import BatchRequest, batch_create
from agents.live.tests.world import CLOSE, Tape, at, live_run, market_day, play, wake
from agents.replay import differences, replay
from agents.tests.tape import bars_store, script_of, trader, wish
from agents.tests.world import DAY
from broker.charts import candles_chart
from broker.models import Fill
from core import clock
from core.errors import Conflict, UserError
from core.rls import acting_as
from runs.live.selectors import walks_over_seen
from runs.models import Run, RunState

MINUTES = range(380, 390)
SCRIPT = {3: [wish("buy", 10)], 7: [wish("close")]}


@pytest.fixture
def run(alice: User, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A live run over the last ten minutes of a day, ended; nothing of it is stored."""
    monkeypatch.setattr("agents.services.call_worker", lambda run: None)
    tape = Tape()
    tape.row(380, *[100 + minute for minute in range(10)])
    with market_day(tape, now=at(380)) as hands:
        run = play(live_run(alice, trader(alice), decider_params=script_of(SCRIPT)), hands)
    assert run.state == RunState.COMPLETED
    return run


def again(user: User, run: Run, key: str = "again") -> Run:
    """The run once more, worked off."""
    with clock.standing_at(CLOSE + timedelta(hours=2)):
        with acting_as(user.pk):
            repeated = session_again(user, run.pk, key=key)
        return wake(repeated)


def test_it_is_run_again_over_what_it_saw(alice: User, run: Run) -> None:
    bars_store(
        "TEST", [at(minute) for minute in range(390)], [55.0] * 390, "minute"
    )  # what somebody stored since
    repeated = again(alice, run)
    assert (repeated.is_live, repeated.replay_of, repeated.state) == (False, run, RunState.COMPLETED)
    assert (repeated.data_hash, repeated.steps_total, repeated.cursor) == (run.data_hash, 10, 10)
    names = ("step", "at", "symbol", "side", "quantity", "price")
    fills = [
        list(Fill.objects.filter(run=each).order_by("seq").values_list(*names)) for each in (run, repeated)
    ]
    # Asked behind the bars of 15:52 and 15:56 of New York, which closed at 102 and 106; the next ones trade there.
    assert [(fill[0], fill[4], fill[5]) for fill in fills[0]] == [(4, 10, 103), (8, 10, 107)]
    assert fills[0] == fills[1]
    assert repeated.equity == run.equity == 10_000 + 10 * 4
    assert differences(repeated, replay(repeated)) == []


def test_the_repetition_is_shown_and_repeated_over_the_same_bars(
    alice: User, alice_client: Client, run: Run
) -> None:
    repeated = again(alice, run)
    once_more = again(alice, repeated, "once more")
    assert (once_more.replay_of, once_more.data_hash) == (run, run.data_hash)
    with acting_as(alice.pk):
        shown = candles_chart(once_more, "TEST")["bars"]
    assert [bar[4] for bar in shown] == [100.0 + minute for minute in range(10)]
    page = alice_client.get(f"/models/{run.model_id}/r/{repeated.number}/tab/snapshot/").content.decode()
    assert "what the run that it repeats saw live" in page


def test_variations_of_its_day_are_over_what_it_saw_and_of_other_days_are_not(alice: User, run: Run) -> None:
    day = DAY - timedelta(days=1)
    with clock.standing_at(CLOSE + timedelta(hours=2)), acting_as(alice.pk):
        batch = batch_create(alice, BatchRequest(run.pk, days=[(DAY, DAY), (day, day)]))
    one, other = (item.run for item in batch.items.order_by("seq"))
    assert one is not None
    assert other is not None
    assert (walks_over_seen(one), walks_over_seen(other)) == (True, False)
    assert wake(one).data_hash == run.data_hash
    assert wake(other).failure_code == "no_data"


def test_what_is_still_live_can_not_be_run_again_yet(alice: User, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, ended_at=None)
    with pytest.raises(Conflict, match=f"Run {run.number} is live until its session ends"):
        again(alice, run)
    assert Run.objects.count() == 1


def test_what_saw_nothing_has_nothing_to_be_run_again_over(alice: User, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(cursor=0)
    with pytest.raises(Conflict, match="saw no bar"):
        again(alice, run)


def test_a_repetition_whose_live_run_is_gone_never_takes_to_stored_bars(alice: User, run: Run) -> None:
    bars_store("TEST", [at(minute) for minute in MINUTES], [55.0] * 10, "minute")
    repeated = again(alice, run)
    Run.objects.filter(pk=repeated.pk).update(replay_of=None)
    repeated.refresh_from_db()
    with pytest.raises(UserError, match="not those that this run traded on"):
        replay(repeated)
    with pytest.raises(Conflict, match="that run is gone with them"):
        again(alice, repeated, "once more")
