"""What a decision of a language model costs the database: round trips, which are most of our own time beside the provider."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.llm.fake.server import FakeServer
from agents.tasks import run_slice
from agents.tests.world import bars_make, model_make, run_make
from profiles.llm.services import endpoint_create
from runs.models import RunState

STEPS = 12
MEASURED = STEPS - 2
HOLD = {"reasoning": "Stay.", "confidence": 0.5, "orders": [], "cancels": [], "plan": None}
BUY = {"action": "buy", "symbol": "TEST", "quantity": 3, "order_type": "market", "time_in_force": "day"}
ANSWER = 'INSERT INTO "reasoning_llmcall"'
# Stored before the question goes out: whether the lease is held, then the attempt. Once more with the answer. With the
# step: whether the lease is held, then all that came of it.
OF_A_HOLD = 5


def messages(alice: User, fakellm: FakeServer, answers: list[dict[str, object]]) -> list[str]:
    """What goes to PostgreSQL from the second answer on record to the last, message by message: with the first it is
    learned how the endpoint is made to answer."""
    bars_make(left_out=range(STEPS, 390))
    endpoint_create(alice, name="Scripted", base_url=fakellm.base_url, ai_models=["scripted"])
    fakellm.state.answers.extend(map(json.dumps, answers))
    params = {"plan": False, "analysis_every": 0, "reflection": False}
    run = run_make(alice, model_make(alice), "llm", decider_params=params)
    with CaptureQueriesContext(connection) as sent:
        assert not run_slice(alice.pk, run.pk, slice_seconds=3600)
    run.refresh_from_db()
    assert (run.state, run.cursor, run.failed_count) == (RunState.COMPLETED, STEPS, 0)
    # Django notes these two, but they went out with statements of ours.
    found = [query["sql"] for query in sent.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")]
    places = [place for place, sql in enumerate(found) if ANSWER in sql]
    assert len(places) == STEPS
    return found[places[1] : places[-1]]


@pytest.mark.django_db(transaction=True)
def test_a_decision_to_hold_takes_few_round_trips(fakellm: FakeServer) -> None:
    alice = User.objects.create_user("alice")
    sent = messages(alice, fakellm, [HOLD] * STEPS)
    assert len(sent) == OF_A_HOLD * MEASURED


@pytest.mark.django_db(transaction=True)
def test_an_order_and_its_fill_add_little(fakellm: FakeServer) -> None:
    alice = User.objects.create_user("alice")
    held = len(messages(alice, fakellm, [HOLD, HOLD, HOLD, HOLD | {"orders": [BUY]}] + [HOLD] * (STEPS - 4)))
    assert held <= OF_A_HOLD * MEASURED + 4
