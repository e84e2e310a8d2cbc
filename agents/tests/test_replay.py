"""A recorded run, taken again in memory, gives what is stored, and a touched table is found out."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from agents.foreground import session_run
from agents.replay import differences, replay
from agents.services import session_start
from agents.tasks import run_slice
from agents.tests.llm_world import FakeJournal, endpoint_make, trader
from agents.tests.world import bars_make, model_make, request_make
from broker.models import Fill
from core.errors import UserError
from core.rls import acting_as
from market.models import Bar
from runs.models import Run, RunState, RunStatistics
from runs.services import run_stop


def traded(user: User, decider: str, **params: Any) -> Run:
    bars_make(left_out=range(60, 390))
    model = model_make(user, allowed_order_types=["market", "limit", "stop", "bracket"])
    run = session_run(user, request_make(model, decider, decider_params=params), lambda run: None)
    run.refresh_from_db()
    return run


@pytest.fixture
def random_run(alice: User) -> Run:
    return traded(alice, "random", probability=0.3)


def test_a_run_replays_to_the_last_digit(random_run: Run) -> None:
    replayed = replay(random_run)
    assert len(replayed.fills) == random_run.fill_count > 5
    assert len(replayed.batch) == 60
    assert differences(random_run, replayed) == []


def test_a_language_models_run_replays_without_asking(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = FakeJournal(trader)
    monkeypatch.setattr("agents.setup.journal_open", lambda user, claim, run: journal)
    endpoint_make(alice)
    run = traded(alice, "llm", every=2)
    asked = len(journal.asked)
    assert differences(run, replay(run)) == []
    assert (len(journal.asked), run.fill_count > 0) == (asked, True)


def test_brackets_and_cancels_replay_too(alice: User) -> None:
    buy = {"action": "buy", "symbol": "TEST", "quantity": 5}
    script = [
        {"step": 2, "intents": [{**buy, "take_profit": "100.4", "stop_loss": "99.8"}]},
        {"step": 4, "intents": [{**buy, "order_type": "limit", "limit_price": "90"}], "cancels": [99]},
        {"step": 9, "cancels": [4]},
    ]
    run = traded(alice, "scripted", script=script)
    assert differences(run, replay(run)) == []


def test_a_stopped_run_replays_as_far_as_it_went(alice: User) -> None:
    bars_make()
    run, _ = session_start(
        alice, request_make(model_make(alice), "random", decider_params={"probability": 0.2})
    )
    with acting_as(alice.pk):
        Run.objects.filter(pk=run.pk).update(steps_per_second=100.0)
    run_slice(alice.pk, run.pk, slice_seconds=0)
    with acting_as(alice.pk):
        run_stop(alice, run.pk)
    run_slice(alice.pk, run.pk, slice_seconds=0)
    run.refresh_from_db()
    assert (run.state, 0 < run.cursor < 390) == (RunState.STOPPED, True)
    replayed = replay(run)
    assert len(replayed.batch) == run.cursor
    assert differences(run, replayed) == []


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        (lambda run: Fill.objects.filter(run=run, seq=2).update(price="1.25"), "Fills differ: fill 2 is"),
        (lambda run: Fill.objects.filter(run=run, seq=run.fill_count).delete(), "Fills differ: there are"),
        (
            lambda run: RunStatistics.objects.filter(run=run).update(
                values={**run.statistics.values, "sharpe": 9.0}
            ),
            "Statistics differ: sharpe.",
        ),
    ],
)
def test_what_was_changed_afterwards_is_found(random_run: Run, touch: Any, words: str) -> None:
    touch(random_run)
    random_run.refresh_from_db()
    assert any(text.startswith(words) for text in differences(random_run, replay(random_run)))


def test_bars_that_changed_since_are_refused(random_run: Run) -> None:
    last = Bar.objects.latest("start")
    Bar.objects.filter(pk=last.pk).update(volume=last.volume + 1)
    with pytest.raises(UserError, match="bars are not those"):
        replay(random_run)


@pytest.mark.django_db(transaction=True)
def test_the_command_compares_and_may_not_write(random_run: Run) -> None:
    out = StringIO()
    call_command("replay", str(random_run.pk), check=True, stdout=out)
    assert "60 steps taken again" in out.getvalue()
    assert "the same as stored, to the last digit" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE broker_fill SET price = price + 1 WHERE run_id = %s AND seq = 1", [random_run.pk]
        )
    with pytest.raises(CommandError, match="replays differently"):
        call_command("replay", str(random_run.pk), check=True, stdout=out)
